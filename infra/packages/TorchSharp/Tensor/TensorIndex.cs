namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry of an index expression.</summary>
    public struct TensorIndex
    {
        internal IndexKind kind;
        internal long? start;
        internal long? stop;
        internal long? step;
        internal Tensor? tensor;

        internal enum IndexKind
        {
            None,
            Single,
            Slice,
            Bool,
            Tensor,
            Ellipsis,
            Null,
        }

        public static TensorIndex Ellipsis = new() { kind = IndexKind.Ellipsis };

        public static TensorIndex None = new() { kind = IndexKind.None };

        public static TensorIndex Null = new() { kind = IndexKind.Null };

        public static TensorIndex Colon = Slice();

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        public static implicit operator TensorIndex(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            range.End.IsFromEnd ? (range.End.Value == 0 ? null : -range.End.Value) : range.End.Value);

        public static implicit operator TensorIndex(Index index) =>
            Single(index.IsFromEnd ? -index.Value : index.Value);

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { kind = IndexKind.Slice, start = start, stop = stop, step = step };

        public static TensorIndex Single(long? index) => new() { kind = IndexKind.Single, start = index };

        public static TensorIndex Bool(bool value) => new() { kind = IndexKind.Bool, start = value ? 1 : 0 };

        public static TensorIndex Tensor(Tensor tensor) => new() { kind = IndexKind.Tensor, tensor = tensor };
    }
}
