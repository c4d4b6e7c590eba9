namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor add(Tensor target) => Aten.Add_Tensor.Call(this, target);

        public Tensor add(Tensor target, Scalar alpha) => Aten.Add_Tensor.Call(this, target, alpha);

        public Tensor add(Scalar scalar) => Aten.Add_Scalar.Call(this, scalar);

        public Tensor add(Scalar scalar, Scalar alpha) => Aten.Add_Scalar.Call(this, scalar, alpha);

        public Tensor add_(Tensor target) => InPlace(Aten.AddInPlace_Tensor, this, target);

        public Tensor add_(Tensor target, Scalar alpha) => InPlace(Aten.AddInPlace_Tensor, this, target, alpha);

        public Tensor add_(Scalar scalar) => InPlace(Aten.AddInPlace_Scalar, this, scalar);

        public Tensor add_(Scalar scalar, Scalar alpha) => InPlace(Aten.AddInPlace_Scalar, this, scalar, alpha);

        public Tensor sub(Tensor target) => Aten.Sub_Tensor.Call(this, target);

        public Tensor sub(Scalar target) => Aten.Sub_Scalar.Call(this, target);

        public Tensor sub_(Tensor target) => InPlace(Aten.SubInPlace_Tensor, this, target);

        public Tensor sub_(Scalar target) => InPlace(Aten.SubInPlace_Scalar, this, target);

        public Tensor subtract(Tensor target) => sub(target);

        public Tensor subtract(Scalar target) => sub(target);

        public Tensor subtract_(Tensor target) => sub_(target);

        public Tensor subtract_(Scalar target) => sub_(target);

        public Tensor mul(Tensor target) => Aten.Mul_Tensor.Call(this, target);

        public Tensor mul(Scalar target) => Aten.Mul_Scalar.Call(this, target);

        public Tensor mul_(Tensor target) => InPlace(Aten.MulInPlace_Tensor, this, target);

        public Tensor mul_(Scalar target) => InPlace(Aten.MulInPlace_Scalar, this, target);

        public Tensor multiply(Tensor target) => mul(target);

        public Tensor multiply(Scalar target) => mul(target);

        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Div_TensorMode.Call(this, target, RoundingText(rounding_mode));

        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Aten.Div_ScalarMode.Call(this, target, RoundingText(rounding_mode));

        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(Aten.DivInPlace_TensorMode, this, target, RoundingText(rounding_mode));

        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            InPlace(Aten.DivInPlace_ScalarMode, this, target, RoundingText(rounding_mode));

        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            div(target, rounding_mode);

        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            div(target, rounding_mode);

        public Tensor floor_divide(Tensor other) => Aten.FloorDivide.Call(this, other);

        public Tensor floor_divide(Scalar other) => Aten.FloorDivide_Scalar.Call(this, other);

        public Tensor floor_divide_(Tensor other) => InPlace(Aten.FloorDivideInPlace_Tensor, this, other);

        public Tensor floor_divide_(Scalar other) => InPlace(Aten.FloorDivideInPlace_Scalar, this, other);

        public Tensor true_divide(Tensor other) => Aten.Div_Tensor.Call(this, other);

        public Tensor true_divide(Scalar other) => Aten.Div_Scalar.Call(this, other);

        public Tensor remainder(Tensor target) => Aten.Remainder_Tensor.Call(this, target);

        public Tensor remainder(Scalar scalar) => Aten.Remainder_Scalar.Call(this, scalar);

        public Tensor remainder_(Tensor target) => InPlace(Aten.RemainderInPlace_Tensor, this, target);

        public Tensor remainder_(Scalar scalar) => InPlace(Aten.RemainderInPlace_Scalar, this, scalar);

        public Tensor fmod(Tensor target) => Aten.Fmod_Tensor.Call(this, target);

        public Tensor fmod(Scalar scalar) => Aten.Fmod_Scalar.Call(this, scalar);

        public Tensor pow(Tensor exponent) => Aten.Pow_TensorTensor.Call(this, exponent);

        public Tensor pow(Scalar exponent) => Aten.Pow_TensorScalar.Call(this, exponent);

        public Tensor pow_(Tensor exponent) => InPlace(Aten.PowInPlace_Tensor, this, exponent);

        public Tensor pow_(Scalar exponent) => InPlace(Aten.PowInPlace_Scalar, this, exponent);

        public Tensor float_power(Tensor target) => Aten.FloatPower_TensorTensor.Call(this, target);

        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Aten.Addcmul.Call(this, tensor1, tensor2, value);

        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(Aten.AddcmulInPlace, this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Aten.Addcdiv.Call(this, tensor1, tensor2, value);

        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Aten.Addcdiv.Call(this, tensor1, tensor2);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            InPlace(Aten.AddcdivInPlace, this, tensor1, tensor2, value);

        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => InPlace(Aten.AddcdivInPlace, this, tensor1, tensor2);

        public Tensor lerp(Tensor end, Tensor weight) => Aten.Lerp_Tensor.Call(this, end, weight);

        public Tensor lerp_(Tensor end, Tensor weight) => InPlace(Aten.LerpInPlace_Tensor, this, end, weight);

        public Tensor atan2(Tensor other) => Aten.Atan2.Call(this, other);

        public Tensor hypot(Tensor other) => Aten.Hypot.Call(this, other);

        public Tensor copysign(Tensor other) => Aten.Copysign_Tensor.Call(this, other);

        public Tensor logaddexp(Tensor other) => Aten.Logaddexp.Call(this, other);

        public Tensor logaddexp2(Tensor other) => Aten.Logaddexp2.Call(this, other);

        public Tensor xlogy(Tensor y) => Aten.Xlogy_Tensor.Call(this, y);

        public Tensor xlogy(Scalar y) => Aten.Xlogy_ScalarOther.Call(this, y);

        public Tensor ldexp(Tensor other) => Aten.Ldexp_Tensor.Call(this, other);

        public Tensor gcd(Tensor other) => Aten.Gcd.Call(this, other);

        public Tensor lcm(Tensor other) => Aten.Lcm.Call(this, other);

        public Tensor heaviside(Tensor other) => Aten.Heaviside.Call(this, other);
    }
}
