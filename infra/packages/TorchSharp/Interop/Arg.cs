namespace TorchSharp.Interop;

/// <summary>An operator argument on the managed side; the conversions keep operator calls to one line each.</summary>
internal readonly struct Arg
{
    private Arg(ArgKind kind, long bits, object? reference = null, int count = 0)
    {
        Kind = kind;
        Bits = bits;
        Reference = reference;
        Count = count;
    }

    /// <summary>The operator's own default for this argument.</summary>
    public static Arg Default => default;

    public static Arg None => new(ArgKind.None, 0);

    public ArgKind Kind { get; }

    public long Bits { get; }

    public object? Reference { get; }

    public int Count { get; }

    public static implicit operator Arg(torch.Tensor? tensor) =>
        tensor is null ? None : new(ArgKind.Tensor, 0, tensor);

    public static implicit operator Arg(long value) => new(ArgKind.Int, value);

    public static implicit operator Arg(long? value) => value is { } given ? new(ArgKind.Int, given) : None;

    public static implicit operator Arg(double value) => new(ArgKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Arg(double? value) => value is { } given ? given : None;

    public static implicit operator Arg(bool value) => new(ArgKind.Bool, value ? 1 : 0);

    public static implicit operator Arg(long[]? values) =>
        values is null ? None : new(ArgKind.IntList, 0, values, values.Length);

    public static implicit operator Arg(double[]? values) =>
        values is null ? None : new(ArgKind.DoubleList, 0, values, values.Length);

    public static implicit operator Arg(string? text) => text is null ? None : new(ArgKind.String, 0, text);

    public static implicit operator Arg(torch.ScalarType type) => new(ArgKind.Int, (long)type);

    public static implicit operator Arg(torch.ScalarType? type) => type is { } given ? given : None;

    public static implicit operator Arg(torch.Device? device) =>
        device is null ? None : new(ArgKind.Device, device.index, null, (int)device.type);

    public static implicit operator Arg(torch.Generator? generator) =>
        generator is null ? None : new(ArgKind.Generator, 0, generator);

    public static implicit operator Arg(Scalar? scalar) => scalar?.ToArg() ?? None;

    public static implicit operator Arg(torch.Tensor[] tensors) => new(ArgKind.TensorList, 0, tensors, tensors.Length);

    /// <summary>A list in which null stands for "all of this dimension", as index operators take it.</summary>
    public static Arg Optional(torch.Tensor?[] tensors) => new(ArgKind.OptionalTensorList, 0, tensors, tensors.Length);
}
