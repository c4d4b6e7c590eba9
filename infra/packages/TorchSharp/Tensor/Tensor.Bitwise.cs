namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor bitwise_and(Tensor other) => Aten.BitwiseAnd_Tensor.Call(this, other);

        public Tensor bitwise_and_(Tensor other) => InPlace(Aten.BitwiseAndInPlace_Tensor, this, other);

        public Tensor bitwise_or(Tensor other) => Aten.BitwiseOr_Tensor.Call(this, other);

        public Tensor bitwise_or_(Tensor other) => InPlace(Aten.BitwiseOrInPlace_Tensor, this, other);

        public Tensor bitwise_xor(Tensor other) => Aten.BitwiseXor_Tensor.Call(this, other);

        public Tensor bitwise_xor_(Tensor other) => InPlace(Aten.BitwiseXorInPlace_Tensor, this, other);

        public Tensor bitwise_left_shift(Tensor other) => Aten.BitwiseLeftShift_Tensor.Call(this, other);

        public Tensor bitwise_left_shift_(Tensor other) => InPlace(Aten.BitwiseLeftShiftInPlace_Tensor, this, other);

        public Tensor bitwise_right_shift(Tensor other) => Aten.BitwiseRightShift_Tensor.Call(this, other);

        public Tensor bitwise_right_shift_(Tensor other) => InPlace(Aten.BitwiseRightShiftInPlace_Tensor, this, other);

        public Tensor logical_and(Tensor other) => Aten.LogicalAnd.Call(this, other);

        public Tensor logical_and_(Tensor other) => InPlace(Aten.LogicalAndInPlace, this, other);

        public Tensor logical_or(Tensor other) => Aten.LogicalOr.Call(this, other);

        public Tensor logical_or_(Tensor other) => InPlace(Aten.LogicalOrInPlace, this, other);

        public Tensor logical_xor(Tensor other) => Aten.LogicalXor.Call(this, other);

        public Tensor logical_xor_(Tensor other) => InPlace(Aten.LogicalXorInPlace, this, other);
    }
}
