// How loops over strips of pixels are compiled.
#pragma once

// Wider vectors where the CPU has them. The bits are the same everywhere: nothing is contracted or reordered.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define DIORAMA_WIDE __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), flatten))
#else
#define DIORAMA_WIDE
#endif
// No iteration of the loop reads what another writes.
#if defined(__GNUC__) && !defined(__clang__)
#define DIORAMA_INDEPENDENT _Pragma("GCC ivdep")
#else
#define DIORAMA_INDEPENDENT
#endif
