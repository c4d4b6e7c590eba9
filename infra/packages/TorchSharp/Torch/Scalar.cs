namespace TorchSharp;

/// <summary>A number passed to an operator; its kind takes part in type promotion.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long _integer;
    private readonly double _real;

    private Scalar(torch.ScalarType type, long integer, double real)
    {
        Type = type;
        _integer = integer;
        _real = real;
    }

    public torch.ScalarType Type { get; }

    internal long Integer => torch.is_floating_point(Type) ? (long)_real : _integer;

    internal double Real => torch.is_floating_point(Type) ? _real : _integer;

    public static implicit operator Scalar(byte value) => new(torch.ScalarType.Int64, value, 0);

    public static implicit operator Scalar(sbyte value) => new(torch.ScalarType.Int64, value, 0);

    public static implicit operator Scalar(short value) => new(torch.ScalarType.Int64, value, 0);

    public static implicit operator Scalar(int value) => new(torch.ScalarType.Int64, value, 0);

    public static implicit operator Scalar(long value) => new(torch.ScalarType.Int64, value, 0);

    public static implicit operator Scalar(Half value) => new(torch.ScalarType.Float64, 0, (double)value);

    public static implicit operator Scalar(float value) => new(torch.ScalarType.Float64, 0, value);

    public static implicit operator Scalar(double value) => new(torch.ScalarType.Float64, 0, value);

    public static implicit operator Scalar(bool value) => new(torch.ScalarType.Bool, value ? 1 : 0, 0);

    public void Dispose()
    {
        // Nothing native is held; the official type holds a handle and is disposable for that reason.
    }

    internal static Scalar From(torch.Tensor single) => single.dtype switch
    {
        torch.ScalarType.Bool => single.ReadCpuBool(0),
        var type when torch.is_integral(type) =>
            single.to_type(torch.ScalarType.Int64).DetachFromDisposeScope().TakeInt64(),
        _ => single.to_type(torch.ScalarType.Float64).DetachFromDisposeScope().TakeDouble(),
    };

    internal Arg ToArg() => Type switch
    {
        torch.ScalarType.Bool => _integer != 0,
        torch.ScalarType.Int64 => _integer,
        _ => _real,
    };
}
