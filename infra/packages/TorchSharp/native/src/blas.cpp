// libtorch's single-precision products go through the Fortran symbol sgemm_. The shim is the root of the library group that is
// loaded, so its own definition is found first. oneDNN, which Debian's libtorch needs anyway, has kernels for this processor;
// Debian's OpenBLAS falls back to generic ones on processors newer than itself (measured: 15 to 30 against 90 to 170 GFLOP/s).
#ifdef SHIM_DNNL

#include "blas.h"
#include "abi.h"

extern "C" {
int dnnl_sgemm(char transa, char transb, int64_t m, int64_t n, int64_t k, float alpha, const float* a, int64_t lda, const float* b, int64_t ldb,
               float beta, float* c, int64_t ldc);
void cblas_sgemm(int order, int transa, int transb, int m, int n, int k, float alpha, const float* a, int lda, const float* b, int ldb,
                 float beta, float* c, int ldc);
}

// Column-major with operands (A, B) is row-major with operands (B, A).
SHIM_EXPORT void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k, const float* alpha, const float* a,
                        const int* lda, const float* b, const int* ldb, const float* beta, float* c, const int* ldc) {
  if (*m > 0 && *n > 0 && *k > 0 && dnnl_sgemm(*transb, *transa, *n, *m, *k, *alpha, b, *ldb, a, *lda, *beta, c, *ldc) == 0) return;
  auto code = [](char t) { return t == 'N' || t == 'n' ? 111 : 112; };
  cblas_sgemm(102, code(*transa), code(*transb), *m, *n, *k, *alpha, a, *lda, b, *ldb, *beta, c, *ldc);
}

#endif
