#include "exporters/shard/h5_handle.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include "exporters/shard/output_file.h"

#include <hdf5.h>

namespace diorama::h5 {
namespace {

static_assert(sizeof(hid_t) == sizeof(Id));

// More than anyone reads at once; beyond it a shape comes from a damaged file.
constexpr std::int64_t kMaxReadBytes = std::int64_t{1} << 33;

/// Turns off HDF5's printing of errors to stderr, which each thread has of its own.
void quiet() {
  thread_local const bool done = [] { return H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr) >= 0; }();
  (void)done;
}

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void* text) {
  // Walked upward, the first entry is the innermost: where the system call failed.
  if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

/// The words of the system in HDF5's long report of a failed call, if it has them; else the report as one line.
std::string in_short(std::string text) {
  constexpr std::string_view kBefore = "error message = '";
  const std::size_t first = text.find(kBefore);
  const std::size_t last = first == std::string::npos ? first : text.find('\'', first + kBefore.size());
  if (last != std::string::npos) return text.substr(first + kBefore.size(), last - first - kBefore.size());
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// The failure on top of HDF5's error stack. A failed write is the output's fault, anything else the file's.
Status h5_error(const std::string& what, const std::string& where) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  H5Eclear2(H5E_DEFAULT);
  if (reason.empty()) reason = "HDF5 gives no reason";
  return output_error("cannot " + what + " " + where + ": " + in_short(std::move(reason)));
}

/// float16 as numpy has it: IEEE half, little endian.
Handle half_type() {
  Handle type(Handle::Kind::kType, H5Tcopy(H5T_IEEE_F32LE));
  // Sign at bit 15, 5 exponent bits from 10, 10 mantissa bits from 0.
  if (H5Tset_fields(type.get(), 15, 10, 5, 0, 10) < 0 || H5Tset_size(type.get(), 2) < 0 ||
      H5Tset_ebias(type.get(), 15) < 0) {
    return {};
  }
  return type;
}

/// The enum that h5py reads and writes as bool.
Handle bool_type() {
  Handle type(Handle::Kind::kType, H5Tenum_create(H5T_STD_I8LE));
  const std::int8_t no = 0;
  const std::int8_t yes = 1;
  if (H5Tenum_insert(type.get(), "FALSE", &no) < 0 || H5Tenum_insert(type.get(), "TRUE", &yes) < 0) return {};
  return type;
}

Handle file_type(ColumnType type) {
  switch (type) {
    case ColumnType::kBool:
      return bool_type();
    case ColumnType::kUint8:
      return {Handle::Kind::kType, H5Tcopy(H5T_STD_U8LE)};
    case ColumnType::kInt8:
      return {Handle::Kind::kType, H5Tcopy(H5T_STD_I8LE)};
    case ColumnType::kInt16:
      return {Handle::Kind::kType, H5Tcopy(H5T_STD_I16LE)};
    case ColumnType::kInt32:
      return {Handle::Kind::kType, H5Tcopy(H5T_STD_I32LE)};
    case ColumnType::kInt64:
      return {Handle::Kind::kType, H5Tcopy(H5T_STD_I64LE)};
    case ColumnType::kFloat16:
      return half_type();
    case ColumnType::kFloat32:
      return {Handle::Kind::kType, H5Tcopy(H5T_IEEE_F32LE)};
    case ColumnType::kFloat64:
      return {Handle::Kind::kType, H5Tcopy(H5T_IEEE_F64LE)};
  }
  return {};
}

/// What a row that is not there reads as: a value that shows.
std::vector<std::byte> fill_value(ColumnType type) {
  std::vector<std::byte> bytes(column_type_size(type), std::byte{0});
  const auto put = [&](auto value) { std::memcpy(bytes.data(), &value, sizeof(value)); };
  switch (type) {
    case ColumnType::kFloat16:
      put(std::uint16_t{0x7e00});
      break;
    case ColumnType::kFloat32:
      put(std::numeric_limits<float>::quiet_NaN());
      break;
    case ColumnType::kFloat64:
      put(std::numeric_limits<double>::quiet_NaN());
      break;
    case ColumnType::kInt8:
      put(std::numeric_limits<std::int8_t>::min());
      break;
    case ColumnType::kInt16:
      put(std::numeric_limits<std::int16_t>::min());
      break;
    case ColumnType::kInt32:
      put(std::numeric_limits<std::int32_t>::min());
      break;
    case ColumnType::kInt64:
      put(std::numeric_limits<std::int64_t>::min());
      break;
    case ColumnType::kBool:
    case ColumnType::kUint8:
      break;
  }
  return bytes;
}

std::vector<hsize_t> dims_of(const std::vector<std::int64_t>& shape) { return {shape.begin(), shape.end()}; }

Handle space_of(const std::vector<std::int64_t>& shape) {
  const std::vector<hsize_t> dims = dims_of(shape);
  return {Handle::Kind::kSpace, H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr)};
}

std::vector<hsize_t> chunk_start(std::size_t rank, std::int64_t row) {
  std::vector<hsize_t> start(rank, 0);
  start[0] = static_cast<hsize_t>(row);
  return start;
}

Status set_text(Id object, const std::string& where, const std::string& name, const std::string& text) {
  // Fixed length: variable-length text would go to a heap. HDF5 has no empty fixed text, so "" is one zero byte.
  const Handle type(Handle::Kind::kType, H5Tcopy(H5T_C_S1));
  const Handle space(Handle::Kind::kSpace, H5Screate(H5S_SCALAR));
  if (H5Tset_size(type.get(), std::max<std::size_t>(1, text.size())) < 0 || H5Tset_cset(type.get(), H5T_CSET_UTF8) < 0 ||
      H5Tset_strpad(type.get(), H5T_STR_NULLPAD) < 0) {
    return h5_error("describe attribute '" + name + "' in", where);
  }
  const Handle attribute(Handle::Kind::kAttribute,
                         H5Acreate2(object, name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  if (!attribute.valid() || H5Awrite(attribute.get(), type.get(), text.c_str()) < 0) {
    return h5_error("write attribute '" + name + "' in", where);
  }
  return {};
}

Result<std::string> get_text(Id object, const std::string& where, const std::string& name) {
  if (H5Aexists(object, name.c_str()) <= 0) return std::string();
  const Handle attribute(Handle::Kind::kAttribute, H5Aopen(object, name.c_str(), H5P_DEFAULT));
  const Handle type(Handle::Kind::kType, attribute.valid() ? H5Aget_type(attribute.get()) : -1);
  if (!type.valid() || H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0) {
    return h5_error("read attribute '" + name + "' (not a fixed-length text) of", where);
  }
  std::string text(H5Tget_size(type.get()), '\0');
  if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return h5_error("read attribute '" + name + "' of", where);
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

}  // namespace

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

Handle::Handle(Handle&& other) noexcept
    : kind_(std::exchange(other.kind_, Kind::kNone)), id_(std::exchange(other.id_, -1)) {}

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    (void)close();
    kind_ = std::exchange(other.kind_, Kind::kNone);
    id_ = std::exchange(other.id_, -1);
  }
  return *this;
}

bool Handle::close() {
  const Id id = std::exchange(id_, -1);
  if (id < 0) return true;
  switch (kind_) {
    case Kind::kNone:
      return true;
    case Kind::kFile:
      return H5Fclose(id) >= 0;
    case Kind::kDataset:
      return H5Dclose(id) >= 0;
    case Kind::kSpace:
      return H5Sclose(id) >= 0;
    case Kind::kType:
      return H5Tclose(id) >= 0;
    case Kind::kList:
      return H5Pclose(id) >= 0;
    case Kind::kAttribute:
      return H5Aclose(id) >= 0;
  }
  return true;
}

Status Dataset::write_chunk(std::int64_t row, std::span<const std::byte> chunk) {
  const std::vector<hsize_t> start = chunk_start(shape_.size(), row);
  const bool written = H5Dwrite_chunk(handle_.get(), H5P_DEFAULT, 0, start.data(), chunk.size(), chunk.data()) >= 0;
  if (failure_ && failure_->error_number != 0) return output_errno("write", file_name_, failure_->error_number);
  if (!written) {
    return h5_error("write row " + std::to_string(row) + " of '" + name_ + "' in", file_name_);
  }
  return {};
}

Result<ChunkPlace> Dataset::chunk_place(std::int64_t row) const {
  const std::vector<hsize_t> start = chunk_start(shape_.size(), row);
  unsigned mask = 0;
  haddr_t address = HADDR_UNDEF;
  hsize_t size = 0;
  if (H5Dget_chunk_info_by_coord(handle_.get(), start.data(), &mask, &address, &size) < 0 || address == HADDR_UNDEF) {
    return h5_error("find row " + std::to_string(row) + " of '" + name_ + "' in", file_name_);
  }
  return ChunkPlace{static_cast<std::int64_t>(address), static_cast<std::int64_t>(size)};
}

Result<std::vector<std::byte>> Dataset::read_chunk(std::int64_t row) const {
  DIORAMA_ASSIGN_OR_RETURN(const ChunkPlace place, chunk_place(row));
  const std::vector<hsize_t> start = chunk_start(shape_.size(), row);
  std::vector<std::byte> chunk(static_cast<std::size_t>(place.bytes));
  std::uint32_t mask = 0;
  if (H5Dread_chunk(handle_.get(), H5P_DEFAULT, start.data(), &mask, chunk.data()) < 0) {
    return h5_error("read row " + std::to_string(row) + " of '" + name_ + "' in", file_name_);
  }
  return chunk;
}

Result<std::vector<std::byte>> Dataset::read_rows(std::int64_t first, std::int64_t count) const {
  if (first < 0 || count < 0 || first + count > shape_[0]) {
    return invalid_input("rows " + std::to_string(first) + ".." + std::to_string(first + count - 1) + " of '" + name_ +
                         "' are not in " + file_name_ + ", which has " + std::to_string(shape_[0]));
  }
  DIORAMA_ASSIGN_OR_RETURN(const ColumnType column_type, type());
  std::vector<std::int64_t> part = shape_;
  part[0] = count;
  auto size_bytes = static_cast<std::int64_t>(column_type_size(column_type));
  bool too_large = false;
  for (const std::int64_t side : part) too_large = __builtin_mul_overflow(size_bytes, side, &size_bytes) || too_large;
  if (too_large || size_bytes > kMaxReadBytes) {
    return output_error("'" + name_ + "' in " + file_name_ + " claims rows that are too large to be true");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(size_bytes));
  if (bytes.empty()) return bytes;
  const Handle space(Handle::Kind::kSpace, H5Dget_space(handle_.get()));
  const Handle memory = space_of(part);
  const std::vector<hsize_t> start = chunk_start(shape_.size(), first);
  const std::vector<hsize_t> size = dims_of(part);
  const Handle memory_type = file_type(column_type);
  if (H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) < 0 ||
      H5Dread(handle_.get(), memory_type.get(), memory.get(), space.get(), H5P_DEFAULT, bytes.data()) < 0) {
    return h5_error("read rows of '" + name_ + "' from", file_name_);
  }
  return bytes;
}

Result<std::vector<std::int64_t>> Dataset::read_integers() const {
  DIORAMA_ASSIGN_OR_RETURN(const ColumnType found, type());
  if (shape_.size() != 1 || (found != ColumnType::kInt32 && found != ColumnType::kInt64)) {
    return output_error("'" + name_ + "' in " + file_name_ + " is not a list of integers");
  }
  DIORAMA_ASSIGN_OR_RETURN(const std::vector<std::byte> bytes, read_rows(0, shape_[0]));
  std::vector<std::int64_t> values(static_cast<std::size_t>(shape_[0]));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (found == ColumnType::kInt64) {
      std::memcpy(&values[i], &bytes[i * sizeof(std::int64_t)], sizeof(std::int64_t));
    } else {
      std::int32_t value = 0;
      std::memcpy(&value, &bytes[i * sizeof value], sizeof value);
      values[i] = value;
    }
  }
  return values;
}

Result<std::vector<VirtualMapping>> Dataset::virtual_mappings() const {
  const Handle list(Handle::Kind::kList, H5Dget_create_plist(handle_.get()));
  std::vector<VirtualMapping> mappings;
  std::size_t count = 0;
  if (H5Pget_layout(list.get()) != H5D_VIRTUAL) return mappings;
  if (H5Pget_virtual_count(list.get(), &count) < 0) return h5_error("read the sources of '" + name_ + "' in", file_name_);
  for (std::size_t i = 0; i < count; ++i) {
    VirtualMapping mapping;
    std::array<char, 4096> text{};
    std::vector<hsize_t> first(shape_.size());
    std::vector<hsize_t> last(shape_.size());
    const Handle there(Handle::Kind::kSpace, H5Pget_virtual_vspace(list.get(), i));
    const Handle source(Handle::Kind::kSpace, H5Pget_virtual_srcspace(list.get(), i));
    bool good = H5Pget_virtual_filename(list.get(), i, text.data(), text.size()) >= 0;
    mapping.file = text.data();
    good = good && H5Pget_virtual_dsetname(list.get(), i, text.data(), text.size()) >= 0;
    mapping.dataset = text.data();
    const auto rank = static_cast<int>(shape_.size());
    good = good && H5Sget_simple_extent_ndims(there.get()) == rank &&
           H5Sget_select_bounds(there.get(), first.data(), last.data()) >= 0;
    mapping.first_row = static_cast<std::int64_t>(first[0]);
    mapping.num_rows = static_cast<std::int64_t>(last[0] - first[0] + 1);
    mapping.source_num_rows = mapping.num_rows;
    if (good && H5Sget_select_type(source.get()) != H5S_SEL_ALL) {
      good = H5Sget_simple_extent_ndims(source.get()) == rank && H5Sget_select_bounds(source.get(), first.data(), last.data()) >= 0;
      mapping.source_first_row = static_cast<std::int64_t>(first[0]);
      mapping.source_num_rows = static_cast<std::int64_t>(last[0] - first[0] + 1);
    }
    if (!good) return h5_error("read the sources of '" + name_ + "' in", file_name_);
    mappings.push_back(std::move(mapping));
  }
  return mappings;
}

Result<ColumnType> Dataset::type() const {
  const Handle found(Handle::Kind::kType, H5Dget_type(handle_.get()));
  if (found.valid()) {
    for (const ColumnType candidate :
         {ColumnType::kBool, ColumnType::kUint8, ColumnType::kInt8, ColumnType::kInt16, ColumnType::kInt32,
          ColumnType::kInt64, ColumnType::kFloat16, ColumnType::kFloat32, ColumnType::kFloat64}) {
      const Handle known = file_type(candidate);
      if (known.valid() && H5Tequal(found.get(), known.get()) > 0) return candidate;
    }
  }
  H5Eclear2(H5E_DEFAULT);
  return output_error("'" + name_ + "' in " + file_name_ + " has a type that diorama does not write");
}

std::int64_t Dataset::stored_bytes() const { return static_cast<std::int64_t>(H5Dget_storage_size(handle_.get())); }

Result<std::string> Dataset::text_attribute(const std::string& name) const {
  return get_text(handle_.get(), "'" + name_ + "' in " + file_name_, name);
}

Status Dataset::set_text_attribute(const std::string& name, const std::string& text) {
  return set_text(handle_.get(), "'" + name_ + "' in " + file_name_, name, text);
}

Result<File> File::create(const std::filesystem::path& path) {
  quiet();
  const Handle access(Handle::Kind::kList, H5Pcreate(H5P_FILE_ACCESS));
  const Handle creation(Handle::Kind::kList, H5Pcreate(H5P_FILE_CREATE));
  File file;
  file.path_ = path.string();
  // The 1.10 format: readable by every HDF5 since 2016, no time stamps in the root group.
  if (H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 ||
      H5Pset_obj_track_times(creation.get(), false) < 0) {
    return h5_error("prepare", file.path_);
  }
  file.failure_ = std::make_shared<WriteFailure>();
  if (!set_output_driver(access.get(), &file.failure_)) return h5_error("prepare", file.path_);
  file.handle_ = Handle(Handle::Kind::kFile, H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()));
  if (file.failure_->error_number != 0) {
    H5Eclear2(H5E_DEFAULT);
    return output_errno("create", path, file.failure_->error_number);
  }
  if (!file.handle_.valid()) return h5_error("create", file.path_);
  return file;
}

Result<File> File::open(const std::filesystem::path& path) {
  quiet();
  File file;
  file.path_ = path.string();
  file.handle_ = Handle(Handle::Kind::kFile, H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!file.handle_.valid()) return h5_error("open", file.path_);
  return file;
}

Status File::close() {
  const bool closed = handle_.close();
  if (failure_ && failure_->error_number != 0) return output_errno("write", path_, failure_->error_number);
  return closed ? Status() : h5_error("finish writing", path_);
}

Result<Dataset> File::make(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape, Id dcpl) {
  const Handle stored_type = file_type(type);
  const Handle space = space_of(shape);
  Dataset dataset;
  dataset.file_name_ = path_;
  dataset.name_ = name;
  dataset.shape_ = shape;
  dataset.failure_ = failure_;
  if (H5Pset_obj_track_times(dcpl, false) < 0) return h5_error("prepare '" + name + "' in", path_);
  dataset.handle_ = Handle(Handle::Kind::kDataset, H5Dcreate2(handle_.get(), name.c_str(), stored_type.get(),
                                                              space.get(), H5P_DEFAULT, dcpl, H5P_DEFAULT));
  if (!dataset.handle_.valid()) return h5_error("create '" + name + "' in", path_);
  return dataset;
}

Result<Dataset> File::create_chunked(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape,
                                     std::int64_t chunk_rows, bool shuffle, int deflate_level) {
  const std::int64_t values = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  if (values == 0) return create_plain(name, type, shape, {});
  const Handle list(Handle::Kind::kList, H5Pcreate(H5P_DATASET_CREATE));
  std::vector<hsize_t> chunk = dims_of(shape);
  chunk[0] = static_cast<hsize_t>(std::min(chunk_rows, shape[0]));
  bool ok = H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()) >= 0 &&
            H5Pset_fill_time(list.get(), H5D_FILL_TIME_NEVER) >= 0;
  if (ok && shuffle) ok = H5Pset_shuffle(list.get()) >= 0;
  if (ok && deflate_level > 0) ok = H5Pset_deflate(list.get(), static_cast<unsigned>(deflate_level)) >= 0;
  if (!ok) return h5_error("prepare '" + name + "' in", path_);
  return make(name, type, shape, list.get());
}

Result<Dataset> File::create_plain(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape,
                                   std::span<const std::byte> bytes) {
  const Handle list(Handle::Kind::kList, H5Pcreate(H5P_DATASET_CREATE));
  if (H5Pset_fill_time(list.get(), H5D_FILL_TIME_NEVER) < 0) return h5_error("prepare '" + name + "' in", path_);
  DIORAMA_ASSIGN_OR_RETURN(Dataset dataset, make(name, type, shape, list.get()));
  if (bytes.empty()) return dataset;
  const Handle memory_type = file_type(type);
  if (H5Dwrite(dataset.handle_.get(), memory_type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
    return h5_error("write '" + name + "' in", path_);
  }
  return dataset;
}

Result<Dataset> File::create_virtual(const std::string& name, ColumnType type, const std::vector<std::int64_t>& shape,
                                     const std::vector<VirtualSource>& sources) {
  const Handle list(Handle::Kind::kList, H5Pcreate(H5P_DATASET_CREATE));
  const Handle stored_type = file_type(type);
  const std::vector<std::byte> fill = fill_value(type);
  if (H5Pset_fill_value(list.get(), stored_type.get(), fill.data()) < 0) {
    return h5_error("prepare '" + name + "' in", path_);
  }
  std::int64_t row = 0;
  for (const VirtualSource& source : sources) {
    std::vector<std::int64_t> part = shape;
    part[0] = source.num_rows;
    const Handle whole = space_of(shape);
    const Handle source_space = space_of(part);
    const std::vector<hsize_t> start = chunk_start(shape.size(), row);
    const std::vector<hsize_t> size = dims_of(part);
    if (H5Sselect_hyperslab(whole.get(), H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr) < 0 ||
        H5Pset_virtual(list.get(), whole.get(), source.file.c_str(), name.c_str(), source_space.get()) < 0) {
      return h5_error("map '" + source.file + "' into '" + name + "' of", path_);
    }
    row += source.num_rows;
  }
  return make(name, type, shape, list.get());
}

Status File::link(const std::string& existing, const std::string& name) {
  if (H5Lcreate_hard(handle_.get(), existing.c_str(), handle_.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0) {
    return h5_error("link '" + name + "' to '" + existing + "' in", path_);
  }
  return {};
}

Status File::set_text_attribute(const std::string& name, const std::string& text) {
  return set_text(handle_.get(), path_, name, text);
}

Result<std::string> File::text_attribute(const std::string& name) const { return get_text(handle_.get(), path_, name); }

std::vector<std::string> File::member_names() const {
  std::vector<std::string> names;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  H5Literate(handle_.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &names);
  H5Eclear2(H5E_DEFAULT);
  return names;
}

bool File::has(const std::string& name) const {
  return H5Lexists(handle_.get(), name.c_str(), H5P_DEFAULT) > 0;
}

Result<Dataset> File::dataset(const std::string& name) const {
  Dataset dataset;
  dataset.file_name_ = path_;
  dataset.name_ = name;
  dataset.handle_ = Handle(Handle::Kind::kDataset, H5Dopen2(handle_.get(), name.c_str(), H5P_DEFAULT));
  if (!dataset.handle_.valid()) return h5_error("open '" + name + "' in", path_);
  const Handle space(Handle::Kind::kSpace, H5Dget_space(dataset.handle_.get()));
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 1) return output_error("'" + name + "' in " + path_ + " is not an array of rows");
  std::vector<hsize_t> dims(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space.get(), dims.data(), nullptr);
  dataset.shape_.assign(dims.begin(), dims.end());
  return dataset;
}

}  // namespace diorama::h5
