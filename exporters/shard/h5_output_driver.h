// The file driver under HDF5 files that are being written. HDF5 1.10 does not survive a failed write: it retries on
// close, crashes at exit, or goes on as if nothing were. So this driver tells HDF5 that all went well, keeps the
// first failure, and the owner of the file asks for it. Bytes and layout are those of HDF5's own driver.
// One thread only, as all of HDF5.
#pragma once

#include <cstdint>
#include <memory>

namespace diorama::h5 {

/// What the system said when a write failed; 0 = nothing failed.
struct WriteFailure {
  int error_number = 0;
};

/// Puts the driver on an access list (HDF5's hid_t). `failure` is filled for the file made with the list, as long as
/// HDF5 keeps that file open; the pointer itself must live until the file is made. False if HDF5 refuses.
bool set_output_driver(std::int64_t access_list, std::shared_ptr<WriteFailure>* failure);

}  // namespace diorama::h5
