/* The C interface of diorama's clip reader, as the Python package loads it. Every function may be called from any thread
 * and after a fork; none throws, none prints. Text is UTF-8. A function that can fail returns 0 for success or writes
 * why into `error` (always terminated, cut to `error_size` bytes).
 */
#ifndef DIORAMA_DATA_H_
#define DIORAMA_DATA_H_

#include <stddef.h>  // NOLINT(modernize-deprecated-headers): a C header
#include <stdint.h>  // NOLINT(modernize-deprecated-headers): a C header

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a signature or a meaning below changes. */
#define DIORAMA_DATA_ABI 1
int diorama_data_abi(void);

typedef struct diorama_dataset diorama_dataset;

/* Opens a dataset's folder or its index.h5; NULL on failure. */
diorama_dataset* diorama_data_open(const char* path, char* error, size_t error_size);
/* NULL is allowed. */
void diorama_data_close(diorama_dataset* dataset);

int64_t diorama_data_num_episodes(const diorama_dataset* dataset);
/* Index of a column, -1 if there is none of this name. */
int64_t diorama_data_column(const diorama_dataset* dataset, const char* name);
/* Bytes of one row of a column, -1 if there is no such column. */
int64_t diorama_data_row_bytes(const diorama_dataset* dataset, int64_t column);

/* Reads `num_clips` clips of one column into `out`, clips x rows x row_bytes: of episode episodes[i] (position in the
 * dataset, from 0) the rows starts[i], starts[i] + stride, ..., `rows` of them. `out_size` is the size of `out` in
 * bytes. 0 = done; otherwise `error` says why and the content of `out` means nothing. */
int diorama_data_read(const diorama_dataset* dataset, int64_t column, int64_t num_clips, const int64_t* episodes,
                      const int64_t* starts, int64_t rows, int64_t stride, void* out, size_t out_size, char* error,
                      size_t error_size);

#ifdef __cplusplus
}
#endif

#endif
