namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor index_select(long dim, Tensor index) => Aten.IndexSelect.Call(this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.IndexAdd.Call(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            InPlace(Aten.IndexAddInPlace, this, dim, index, source, alpha);

        public Tensor index_copy(long dim, Tensor index, Tensor source) =>
            Aten.IndexCopy.Call(this, dim, index, source);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) =>
            InPlace(Aten.IndexCopyInPlace, this, dim, index, source);

        public Tensor index_fill(long dim, Tensor index, Scalar value) =>
            Aten.IndexFill_IntScalar.Call(this, dim, index, value);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) =>
            InPlace(Aten.IndexFillInPlace_IntScalar, this, dim, index, value);

        public Tensor gather(long dim, Tensor index) => Aten.Gather.Call(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.Scatter_Src.Call(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) =>
            InPlace(Aten.ScatterInPlace_Src, this, dim, index, src);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.ScatterAdd.Call(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) =>
            InPlace(Aten.ScatterAddInPlace, this, dim, index, src);

        public Tensor take(Tensor index) => Aten.Take.Call(this, index);

        public Tensor take_along_dim(Tensor indices) => Aten.TakeAlongDim.Call(this, indices);

        public Tensor take_along_dim(Tensor indices, long dim) => Aten.TakeAlongDim.Call(this, indices, dim);

        public Tensor argwhere() => Aten.Argwhere.Call(this);

        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.MaskedFill_Scalar.Call(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) =>
            InPlace(Aten.MaskedFillInPlace_Scalar, this, mask, value);

        public Tensor masked_select(Tensor mask) => Aten.MaskedSelect.Call(this, mask);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Aten.MaskedScatter.Call(this, mask, value);

        public Tensor masked_scatter_(Tensor mask, Tensor value) =>
            InPlace(Aten.MaskedScatterInPlace, this, mask, value);

        public Tensor select_scatter(Tensor src, long dim, long index) =>
            Aten.SelectScatter.Call(this, src, dim, index);

        public Tensor where(Tensor condition, Tensor y) => Aten.Where_Self.Call(condition, this, y);

        public Tensor fill_(Scalar value) => InPlace(Aten.FillInPlace_Scalar, this, value);

        public Tensor zero_() => InPlace(Aten.ZeroInPlace, this);

        public Tensor copy_(Tensor source, bool nonBlocking = false) =>
            InPlace(Aten.CopyInPlace, this, source, nonBlocking);
    }
}
