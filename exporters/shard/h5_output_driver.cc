#include "exporters/shard/h5_output_driver.h"

#include <hdf5.h>
#if __has_include(<H5FDdevelop.h>)
#include <H5FDdevelop.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diorama::h5 {
namespace {

/// HDF5 keeps a pointer to the first member and gives it back to every callback.
struct OutputFile {
  H5FD_t base{};  // filled by HDF5
  int fd = -1;
  haddr_t end_of_allocation = 0;
  haddr_t end_of_file = 0;
  std::shared_ptr<WriteFailure> failure;
};

struct DriverInfo {
  std::shared_ptr<WriteFailure>* failure;
};

OutputFile& self(H5FD_t* file) { return *reinterpret_cast<OutputFile*>(file); }
const OutputFile& self(const H5FD_t* file) { return *reinterpret_cast<const OutputFile*>(file); }

void note(OutputFile& file, int error_number) {
  if (file.failure->error_number == 0) file.failure->error_number = error_number;
}

H5FD_t* open_file(const char* name, unsigned flags, hid_t access_list, haddr_t /*maxaddr*/) {
  const auto* info = static_cast<const DriverInfo*>(H5Pget_driver_info(access_list));
  if (info == nullptr) return nullptr;
  int mode = O_RDWR | O_CLOEXEC;
  if ((flags & H5F_ACC_CREAT) != 0) mode |= O_CREAT;
  if ((flags & H5F_ACC_TRUNC) != 0) mode |= O_TRUNC;
  int fd = -1;
  do {
    fd = ::open(name, mode, 0666);
  } while (fd < 0 && errno == EINTR);
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) != 0) {
    (*info->failure)->error_number = errno;
    if (fd >= 0) ::close(fd);
    return nullptr;
  }
  auto* file = new OutputFile;
  file->fd = fd;
  file->end_of_file = static_cast<haddr_t>(status.st_size);
  file->failure = *info->failure;
  return &file->base;
}

herr_t close_file(H5FD_t* base) {
  OutputFile& file = self(base);
  // Some file systems report a failed write only here. Linux has closed the descriptor even after EINTR.
  if (::close(file.fd) != 0 && errno != EINTR) note(file, errno);
  delete &file;
  return 0;
}

herr_t query(const H5FD_t* /*file*/, unsigned long* flags) {
  // As HDF5's own driver: these decide where things lie in the file.
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t get_end_of_allocation(const H5FD_t* file, H5FD_mem_t /*type*/) { return self(file).end_of_allocation; }

herr_t set_end_of_allocation(H5FD_t* file, H5FD_mem_t /*type*/, haddr_t address) {
  self(file).end_of_allocation = address;
  return 0;
}

haddr_t get_end_of_file(const H5FD_t* file, H5FD_mem_t /*type*/) { return self(file).end_of_file; }

herr_t read_bytes(H5FD_t* base, H5FD_mem_t /*type*/, hid_t /*list*/, haddr_t address, std::size_t size, void* buffer) {
  OutputFile& file = self(base);
  auto* out = static_cast<char*>(buffer);
  while (size > 0) {
    const ssize_t got = ::pread(file.fd, out, size, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      note(file, errno);
      return -1;
    }
    if (got == 0) {  // beyond the end of the file are zeros
      std::memset(out, 0, size);
      break;
    }
    out += got;
    address += static_cast<haddr_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return 0;
}

herr_t write_bytes(H5FD_t* base, H5FD_mem_t /*type*/, hid_t /*list*/, haddr_t address, std::size_t size,
                   const void* buffer) {
  OutputFile& file = self(base);
  const auto* from = static_cast<const char*>(buffer);
  file.end_of_file = std::max(file.end_of_file, address + size);
  while (size > 0) {
    const ssize_t written = ::pwrite(file.fd, from, size, static_cast<off_t>(address));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      note(file, errno);
      break;
    }
    from += written;
    address += static_cast<haddr_t>(written);
    size -= static_cast<std::size_t>(written);
  }
  return 0;
}

herr_t truncate_file(H5FD_t* base, hid_t /*list*/, hbool_t /*closing*/) {
  OutputFile& file = self(base);
  if (file.end_of_allocation == file.end_of_file) return 0;
  if (::ftruncate(file.fd, static_cast<off_t>(file.end_of_allocation)) != 0) note(file, errno);
  file.end_of_file = file.end_of_allocation;
  return 0;
}

H5FD_class_t make_class() {
  H5FD_class_t driver{};
#ifdef H5FD_CLASS_VERSION
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(512);  // from 512 on: for drivers that are not registered
#endif
  driver.name = "diorama_output";
  driver.maxaddr = static_cast<haddr_t>(INT64_MAX);
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(DriverInfo);
  driver.open = open_file;
  driver.close = close_file;
  driver.query = query;
  driver.get_eoa = get_end_of_allocation;
  driver.set_eoa = set_end_of_allocation;
  driver.get_eof = get_end_of_file;
  driver.read = read_bytes;
  driver.write = write_bytes;
  driver.truncate = truncate_file;
  constexpr H5FD_mem_t kMap[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(kMap), std::end(kMap), driver.fl_map);
  return driver;
}

}  // namespace

bool set_output_driver(std::int64_t access_list, std::shared_ptr<WriteFailure>* failure) {
  static const H5FD_class_t driver = make_class();
  static const hid_t id = H5FDregister(&driver);
  const DriverInfo info{failure};
  return id >= 0 && H5Pset_driver(access_list, id, &info) >= 0;
}

}  // namespace diorama::h5
