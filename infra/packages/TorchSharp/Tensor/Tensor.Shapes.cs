namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor view(params long[] shape) => Aten.View.Call(this, shape);

        public Tensor view_as(Tensor other) => Aten.ViewAs.Call(this, other);

        public Tensor view_as_complex() => Aten.ViewAsComplex.Call(this);

        public Tensor view_as_real() => Aten.ViewAsReal.Call(this);

        public Tensor reshape(params long[] shape) => Aten.Reshape.Call(this, shape);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) =>
            Aten.Flatten_UsingInts.Call(this, start_dim, end_dim);

        public Tensor ravel() => Aten.Ravel.Call(this);

        public Tensor transpose(long dim0, long dim1) => Aten.Transpose_Int.Call(this, dim0, dim1);

        public Tensor transpose_(long dim0, long dim1) => InPlace(Aten.TransposeInPlace, this, dim0, dim1);

        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        public Tensor permute(params long[] permutation) => Aten.Permute.Call(this, permutation);

        public Tensor movedim(long[] source, long[] destination) =>
            Aten.Movedim_Intlist.Call(this, source, destination);

        public Tensor t() => Aten.T.Call(this);

        public Tensor adjoint() => Aten.Adjoint.Call(this);

        public Tensor unsqueeze(long dim) => Aten.Unsqueeze.Call(this, dim);

        public Tensor unsqueeze_(long dim) => InPlace(Aten.UnsqueezeInPlace, this, dim);

        public Tensor expand(long[] sizes, bool isImplicit = false) => Aten.Expand.Call(this, sizes, isImplicit);

        public Tensor expand(Size sizes, bool isImplicit = false) => Aten.Expand.Call(this, sizes.Shape, isImplicit);

        public Tensor expand(params long[] sizes) => Aten.Expand.Call(this, sizes, false);

        public Tensor expand_as(Tensor other) => expand(other.shape);

        public Tensor broadcast_to(params long[] shape) => Aten.BroadcastTo.Call(this, shape);

        public Tensor repeat(params long[] sizes) => Aten.Repeat.Call(this, sizes);

        public Tensor tile(long[] reps) => Aten.Tile.Call(this, reps);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Aten.RepeatInterleave_SelfInt.Call(this, repeats, dim, output_size);

        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Aten.RepeatInterleave_SelfTensor.Call(this, repeats, dim, output_size);

        public Tensor contiguous() => Aten.Contiguous.Call(this);

        public Tensor alias() => Aten.Alias.Call(this);

        public Tensor clone() => Aten.Clone.Call(this);

        public Tensor detach() => Aten.Detach.Call(this);

        public Tensor detach_() => InPlace(Aten.DetachInPlace, this);

        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0L) =>
            Aten.AsStrided.Call(this, size, strides, storageOffset);

        public Tensor narrow(long dim, long start, long length) => Aten.Narrow.Call(this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step) =>
            Aten.Slice_Tensor.Call(this, dim, start, finish, step);

        public Tensor select(long dim, long index) => Aten.Select_Int.Call(this, dim, index);

        public Tensor flip(params long[] dims) => Aten.Flip.Call(this, dims);

        public Tensor fliplr() => Aten.Fliplr.Call(this);

        public Tensor flipud() => Aten.Flipud.Call(this);

        public Tensor roll(long shifts, long? dims = null) =>
            Aten.Roll.Call(this, new[] { shifts }, dims is { } d ? new[] { d } : System.Array.Empty<long>());

        public Tensor roll(long[] shifts, long[] dims) => Aten.Roll.Call(this, shifts, dims);

        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L) =>
            Aten.Diagonal.Call(this, offset, dim1, dim2);

        public Tensor diag(long diagonal = 0) => Aten.Diag.Call(this, diagonal);

        public Tensor diag_embed(long offset = 0L, long dim1 = -2L, long dim2 = -1L) =>
            Aten.DiagEmbed.Call(this, offset, dim1, dim2);

        public Tensor tril(long diagonal = 0) => Aten.Tril.Call(this, diagonal);

        public Tensor tril_(long diagonal = 0) => InPlace(Aten.TrilInPlace, this, diagonal);

        public Tensor triu(long diagonal = 0) => Aten.Triu.Call(this, diagonal);

        public Tensor triu_(long diagonal = 0) => InPlace(Aten.TriuInPlace, this, diagonal);

        public Tensor unfold(long dimension, long size, long step) => Aten.Unfold.Call(this, dimension, size, step);

        public Tensor[] unbind(long dimension = 0L) => Aten.Unbind_Int.CallMany(this, dimension);

        public Tensor[] split(long size, int dim = 0) => Aten.Split_Tensor.CallMany(this, size, dim);

        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) =>
            Aten.SplitWithSizes.CallMany(this, sizes.ToArray(), dim);

        public Tensor[] split(long[] sizes, long dim = 0) => Aten.SplitWithSizes.CallMany(this, sizes, dim);

        public Tensor[] chunk(long chunks, long dim = 0L) => Aten.Chunk.CallMany(this, chunks, dim);

        public Tensor[] tensor_split(long size, long dim = 0L) => Aten.TensorSplit_Sections.CallMany(this, size, dim);

        public Tensor[] tensor_split(long[] sizes, long dim = 0L) =>
            Aten.TensorSplit_Indices.CallMany(this, sizes, dim);
    }
}
