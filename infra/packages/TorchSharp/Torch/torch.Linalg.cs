namespace TorchSharp;

public static partial class torch
{
    public static partial class linalg
    {
        public static Tensor vector_norm(Tensor input, double ord = 2d, long[]? dims = null, bool keepdim = false) =>
            Aten.LinalgVectorNorm.Call(input, ord, dims, keepdim);

        public static Tensor inv(Tensor input) => Aten.LinalgInv.Call(input);

        public static Tensor det(Tensor input) => Aten.LinalgDet.Call(input);

        public static Tensor cholesky(Tensor input) => Aten.LinalgCholesky.Call(input);

        public static Tensor solve(Tensor A, Tensor B, bool left = true) => Aten.LinalgSolve.Call(A, B, left);

        public static Tensor matrix_rank(
            Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Aten.LinalgMatrixRank_AtolRtolFloat.Call(input, atol, rtol, hermitian);

        public static Tensor pinv(Tensor input, double? atol = null, double? rtol = null, bool hermitian = false) =>
            Aten.LinalgPinv_AtolRtolFloat.Call(input, atol, rtol, hermitian);

        public static (Tensor U, Tensor S, Tensor Vh) svd(Tensor input, bool fullMatrices = true)
        {
            var found = Aten.LinalgSvd.CallMany(input, fullMatrices);
            return (found[0], found[1], found[2]);
        }

        public static (Tensor, Tensor) eigh(Tensor input, char UPLO = 'L') =>
            Aten.LinalgEigh.CallTwo(input, UPLO.ToString());

        public static (Tensor Q, Tensor R) qr(Tensor input, QRMode mode = QRMode.Reduced) =>
            Aten.LinalgQr.CallTwo(input, mode == QRMode.Complete ? "complete" : mode == QRMode.R ? "r" : "reduced");

        public enum QRMode
        {
            Reduced = 0,
            Complete = 1,
            R = 2,
        }
    }
}
