namespace TorchSharp;

public static partial class torch
{
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false)
    {
        var whole = start.Type != ScalarType.Float64 && stop.Type != ScalarType.Float64
            && step.Type != ScalarType.Float64;
        return Finish(
            Aten.Arange_StartStep.Call(
                start, stop, step, dtype ?? (whole ? ScalarType.Int64 : get_default_dtype()), Arg.None, On(device)),
            requires_grad);
    }

    public static Tensor arange(
        Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(
        Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(Aten.Linspace.Call(start, end, steps, dtype ?? get_default_dtype(), Arg.None, On(device)),
            requires_grad);

    public static Tensor logspace(
        double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(Aten.Logspace.Call(start, end, steps, @base, dtype ?? get_default_dtype(), Arg.None, On(device)),
            requires_grad);

    public static Tensor eye(
        long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Finish(
            Aten.Eye_M.Call(rows, columns == -1 ? rows : columns, dtype ?? get_default_dtype(), Arg.None, On(device)),
            requires_grad);

    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null) =>
        Finish(
            Aten.Randperm_Generator.Call(n, generator, dtype ?? ScalarType.Int64, Arg.None, On(device)), requires_grad);

    public static Tensor tril_indices(
        long row, long col, long offset = 0L, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Aten.TrilIndices.Call(row, col, offset, dtype, Arg.None, On(device));

    public static Tensor triu_indices(
        long row, long col, long offset = 0L, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Aten.TriuIndices.Call(row, col, offset, dtype, Arg.None, On(device));

    /// <summary>Maps the file from its start; the tensor holds <paramref name="size"/> elements.</summary>
    public static Tensor from_file(
        string filename, bool? shared = null, long? size = 0, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.FromFile.Call(
                filename, shared is { } s ? s : Arg.None, size, dtype ?? get_default_dtype(), Arg.None, On(device)),
            requires_grad);

    public static Tensor empty_strided(
        long[] size, long[] strides, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Finish(Aten.EmptyStrided.Call(size, strides, dtype ?? get_default_dtype(), Arg.None, On(device)),
            requires_grad);

    internal static Device On(Device? device) => InitializeDevice(device);

    internal static Tensor Finish(Tensor created, bool requiresGrad)
    {
        if (requiresGrad)
        {
            created.requires_grad = true;
        }

        return created;
    }
}
