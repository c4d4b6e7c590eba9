namespace TorchSharp;

public static partial class torch
{
    /// <summary>Members whose arguments choose between several operators.</summary>
    public partial class Tensor
    {
        public Tensor T => ndim <= 1
            ? alias() : permute(Enumerable.Range(0, (int)ndim).Reverse().Select(static d => (long)d).ToArray());

        public Tensor mT => transpose(-2, -1);

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor squeeze(long? dim = null) =>
            dim is { } d ? Aten.Squeeze_Dim.Call(this, d) : Aten.Squeeze.Call(this);

        public Tensor squeeze_(long? dim = null) =>
            dim is { } d ? InPlace(Aten.SqueezeInPlace_Dim, this, d) : InPlace(Aten.SqueezeInPlace, this);

        public Tensor unflatten(long dim, params long[] sizes)
        {
            var before = shape;
            var at = (int)(dim < 0 ? dim + before.Length : dim);
            return view([.. before[..at], .. sizes, .. before[(at + 1)..]]);
        }

        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, Aten.Amax.Call(this, dims, keepdim));

        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, Aten.Amin.Call(this, dims, keepdim));

        public Tensor count_nonzero(long[]? dims = null) =>
            dims is null ? Aten.CountNonzero.Call(this, Arg.None) : Aten.CountNonzero_DimIntList.Call(this, dims);

        public (Tensor output, Tensor? inverse_indices, Tensor? counts) unique(
            bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var found = dim is { } d
                ? Aten.UniqueDim.CallMany(this, (long)d, sorted, return_inverse, return_counts)
                : Aten.Unique2.CallMany(this, sorted, return_inverse, return_counts);
            var inverse = return_inverse ? found[1] : Dropped(found[1]);
            var counts = return_counts ? found[2] : Dropped(found[2]);
            return (found[0], inverse, counts);
        }

        private static Tensor? Dropped(Tensor tensor)
        {
            tensor.Dispose();
            return null;
        }

        private static Tensor Into(Tensor? target, Tensor result)
        {
            if (target is null)
            {
                return result;
            }

            using (result)
            {
                return target.copy_(result);
            }
        }

        private static string? RoundingText(RoundingMode mode) => mode switch
        {
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => null,
        };
    }
}
