namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor abs() => Aten.Abs.Call(this);

        public Tensor abs_() => InPlace(Aten.AbsInPlace, this);

        public Tensor ceil() => Aten.Ceil.Call(this);

        public Tensor ceil_() => InPlace(Aten.CeilInPlace, this);

        public Tensor exp() => Aten.Exp.Call(this);

        public Tensor exp_() => InPlace(Aten.ExpInPlace, this);

        public Tensor exp2() => Aten.Exp2.Call(this);

        public Tensor exp2_() => InPlace(Aten.Exp2InPlace, this);

        public Tensor expm1() => Aten.Expm1.Call(this);

        public Tensor expm1_() => InPlace(Aten.Expm1InPlace, this);

        public Tensor floor() => Aten.Floor.Call(this);

        public Tensor floor_() => InPlace(Aten.FloorInPlace, this);

        public Tensor frac() => Aten.Frac.Call(this);

        public Tensor frac_() => InPlace(Aten.FracInPlace, this);

        public Tensor log() => Aten.Log.Call(this);

        public Tensor log_() => InPlace(Aten.LogInPlace, this);

        public Tensor log10() => Aten.Log10.Call(this);

        public Tensor log10_() => InPlace(Aten.Log10InPlace, this);

        public Tensor log1p() => Aten.Log1p.Call(this);

        public Tensor log1p_() => InPlace(Aten.Log1pInPlace, this);

        public Tensor log2() => Aten.Log2.Call(this);

        public Tensor log2_() => InPlace(Aten.Log2InPlace, this);

        public Tensor reciprocal() => Aten.Reciprocal.Call(this);

        public Tensor reciprocal_() => InPlace(Aten.ReciprocalInPlace, this);

        public Tensor rsqrt() => Aten.Rsqrt.Call(this);

        public Tensor rsqrt_() => InPlace(Aten.RsqrtInPlace, this);

        public Tensor sqrt() => Aten.Sqrt.Call(this);

        public Tensor sqrt_() => InPlace(Aten.SqrtInPlace, this);

        public Tensor sign() => Aten.Sign.Call(this);

        public Tensor sign_() => InPlace(Aten.SignInPlace, this);

        public Tensor sgn() => Aten.Sgn.Call(this);

        public Tensor sgn_() => InPlace(Aten.SgnInPlace, this);

        public Tensor trunc() => Aten.Trunc.Call(this);

        public Tensor trunc_() => InPlace(Aten.TruncInPlace, this);

        public Tensor neg() => Aten.Neg.Call(this);

        public Tensor neg_() => InPlace(Aten.NegInPlace, this);

        public Tensor cos() => Aten.Cos.Call(this);

        public Tensor cos_() => InPlace(Aten.CosInPlace, this);

        public Tensor sin() => Aten.Sin.Call(this);

        public Tensor sin_() => InPlace(Aten.SinInPlace, this);

        public Tensor tan() => Aten.Tan.Call(this);

        public Tensor tan_() => InPlace(Aten.TanInPlace, this);

        public Tensor cosh() => Aten.Cosh.Call(this);

        public Tensor cosh_() => InPlace(Aten.CoshInPlace, this);

        public Tensor sinh() => Aten.Sinh.Call(this);

        public Tensor sinh_() => InPlace(Aten.SinhInPlace, this);

        public Tensor tanh() => Aten.Tanh.Call(this);

        public Tensor tanh_() => InPlace(Aten.TanhInPlace, this);

        public Tensor acos() => Aten.Acos.Call(this);

        public Tensor acos_() => InPlace(Aten.AcosInPlace, this);

        public Tensor asin() => Aten.Asin.Call(this);

        public Tensor asin_() => InPlace(Aten.AsinInPlace, this);

        public Tensor atan() => Aten.Atan.Call(this);

        public Tensor atan_() => InPlace(Aten.AtanInPlace, this);

        public Tensor erf() => Aten.Erf.Call(this);

        public Tensor erf_() => InPlace(Aten.ErfInPlace, this);

        public Tensor erfc() => Aten.Erfc.Call(this);

        public Tensor erfc_() => InPlace(Aten.ErfcInPlace, this);

        public Tensor erfinv() => Aten.Erfinv.Call(this);

        public Tensor erfinv_() => InPlace(Aten.ErfinvInPlace, this);

        public Tensor sigmoid() => Aten.Sigmoid.Call(this);

        public Tensor sigmoid_() => InPlace(Aten.SigmoidInPlace, this);

        public Tensor relu() => Aten.Relu.Call(this);

        public Tensor relu_() => InPlace(Aten.ReluInPlace, this);

        public Tensor silu() => Aten.Silu.Call(this);

        public Tensor silu_() => InPlace(Aten.SiluInPlace, this);

        public Tensor selu() => Aten.Selu.Call(this);

        public Tensor selu_() => InPlace(Aten.SeluInPlace, this);

        public Tensor sinc() => Aten.Sinc.Call(this);

        public Tensor sinc_() => InPlace(Aten.SincInPlace, this);

        public Tensor angle() => Aten.Angle.Call(this);

        public Tensor signbit() => Aten.Signbit.Call(this);

        public Tensor isnan() => Aten.Isnan.Call(this);

        public Tensor isinf() => Aten.Isinf.Call(this);

        public Tensor isposinf() => Aten.Isposinf.Call(this);

        public Tensor isneginf() => Aten.Isneginf.Call(this);

        public Tensor isfinite() => Aten.Isfinite.Call(this);

        public Tensor trace() => Aten.Trace.Call(this);

        public Tensor nonzero() => Aten.Nonzero.Call(this);

        public Tensor logdet() => Aten.Logdet.Call(this);

        public Tensor det() => Aten.Det.Call(this);

        public Tensor positive() => Aten.Positive.Call(this);

        public Tensor absolute() => abs();

        public Tensor square() => pow(2);

        public Tensor negative() => neg();

        public Tensor logical_not() => Aten.LogicalNot.Call(this);

        public Tensor logical_not_() => InPlace(Aten.LogicalNotInPlace, this);

        public Tensor bitwise_not() => Aten.BitwiseNot.Call(this);

        public Tensor bitwise_not_() => InPlace(Aten.BitwiseNotInPlace, this);

        public Tensor gelu() => Aten.Gelu.Call(this);

        public Tensor gelu_() => InPlace(Aten.GeluInPlace, this);

        public Tensor log_sigmoid() => Aten.LogSigmoid.Call(this);

        public Tensor softplus(double beta = 1, double threshold = 20) => Aten.Softplus.Call(this, beta, threshold);

        public Tensor leaky_relu(Scalar negative_slope) => Aten.LeakyRelu.Call(this, negative_slope);

        public Tensor elu(double alpha = 1) => Aten.Elu.Call(this, alpha);

        public Tensor glu(long dim = -1) => Aten.Glu.Call(this, dim);

        public Tensor hardswish() => Aten.Hardswish.Call(this);

        public Tensor hardsigmoid() => Aten.Hardsigmoid.Call(this);

        public Tensor round(long decimals = 0L) => Aten.Round_Decimals.Call(this, decimals);

        public Tensor round_(long decimals = 0L) => InPlace(Aten.RoundInPlace_Decimals, this, decimals);

        public Tensor logit(double? eps = null) => Aten.Logit.Call(this, eps);

        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.Softmax_Int.Call(this, dim, dtype);

        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.LogSoftmax_Int.Call(this, dim, dtype);

        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) =>
            Aten.NanToNum.Call(this, nan, posinf, neginf);

        public Tensor nan_to_num_(double nan = 0d, double? posinf = null, double? neginf = null) =>
            InPlace(Aten.NanToNumInPlace, this, nan, posinf, neginf);

        public Tensor threshold(Scalar threshold, Scalar value) => Aten.Threshold.Call(this, threshold, value);

        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Clamp.Call(this, min, max);

        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.Clamp_Tensor.Call(this, min, max);

        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => InPlace(Aten.ClampInPlace, this, min, max);

        public Tensor clamp_(Tensor? min = null, Tensor? max = null) =>
            InPlace(Aten.ClampInPlace_Tensor, this, min, max);

        public Tensor clamp_max(Scalar max) => Aten.ClampMax.Call(this, max);

        public Tensor clamp_max_(Scalar max) => InPlace(Aten.ClampMaxInPlace, this, max);

        public Tensor clamp_min(Scalar min) => Aten.ClampMin.Call(this, min);

        public Tensor clamp_min_(Scalar min) => InPlace(Aten.ClampMinInPlace, this, min);
    }
}
