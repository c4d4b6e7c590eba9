using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp.Interop;

/// <summary>An operator of libtorch, named as its schema is ("add", "Tensor"); looked up on first use.</summary>
internal sealed unsafe class AtenOp(string name, string overload = "", string library = "aten")
{
    private const int StackArgs = 16;
    private const int StackWords = 64;
    private nint _handle;

    /// <summary>False when the libtorch in use has no such operator.</summary>
    public bool Exists => Find() != 0;

    public torch.Tensor Call(params ReadOnlySpan<Arg> args)
    {
        NativeArg* results;
        var count = Run(args, discard: false, &results);
        return count >= 1 ? Single(results[0]) : throw new InvalidOperationException($"{name} returned nothing");
    }

    /// <summary>Runs an in-place operator; its result is its first argument.</summary>
    public void CallInPlace(params ReadOnlySpan<Arg> args)
    {
        NativeArg* results;
        Run(args, discard: true, &results);
    }

    public torch.Tensor[] CallMany(params ReadOnlySpan<Arg> args)
    {
        NativeArg* results;
        var count = Run(args, discard: false, &results);
        var handles = stackalloc nint[Math.Min(count, StackWords)];
        var all = count <= StackWords ? new Span<nint>(handles, count) : new nint[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = (nint)results[i].Bits;
        }

        var tensors = new torch.Tensor[count];
        for (var i = 0; i < count; i++)
        {
            tensors[i] = new torch.Tensor(all[i]);
        }

        return tensors;
    }

    public (torch.Tensor First, torch.Tensor Second) CallTwo(params ReadOnlySpan<Arg> args)
    {
        NativeArg* results;
        Run(args, discard: false, &results);
        var (first, second) = ((nint)results[0].Bits, (nint)results[1].Bits);
        return (new torch.Tensor(first), new torch.Tensor(second));
    }

    public bool CallBool(params ReadOnlySpan<Arg> args)
    {
        NativeArg* results;
        Run(args, discard: false, &results);
        return results[0].Bits != 0;
    }

    private static torch.Tensor Single(NativeArg result) => new((nint)result.Bits);

    private nint Find()
    {
        if (_handle == 0)
        {
            _handle = Native.shim_op_find($"{library}::{name}", overload);
        }

        return _handle;
    }

    private int Run(ReadOnlySpan<Arg> args, bool discard, NativeArg** results)
    {
        var op = Find();
        if (op == 0)
        {
            throw new NotSupportedException(
                $"libtorch {torch.__version__} has no operator {library}::{name}.{overload}");
        }

        var words = 0;
        foreach (var arg in args)
        {
            words += arg.Reference is string text
                ? (Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long)) + 1 : arg.Count;
        }

        long[]? rented = null;
        var fixedArea = stackalloc long[StackWords];
        GCHandle pinned = default;
        var area = fixedArea;
        if (words > StackWords)
        {
            rented = ArrayPool<long>.Shared.Rent(words);
            pinned = GCHandle.Alloc(rented, GCHandleType.Pinned);
            area = (long*)pinned.AddrOfPinnedObject();
        }

        try
        {
            var native = stackalloc NativeArg[StackArgs];
            for (var i = 0; i < args.Length; i++)
            {
                area = Marshal(args[i], ref native[i], area);
            }

            var count = Native.shim_op_call(op, native, args.Length, discard ? 1 : 0, results);
            foreach (var arg in args)
            {
                GC.KeepAlive(arg.Reference);
            }

            return count >= 0 ? count : throw Native.LastError();
        }
        finally
        {
            if (rented is not null)
            {
                pinned.Free();
                ArrayPool<long>.Shared.Return(rented);
            }
        }
    }

    private static long* Marshal(in Arg arg, ref NativeArg native, long* area)
    {
        native.Kind = (int)arg.Kind;
        native.Count = arg.Count;
        native.Bits = arg.Bits;
        switch (arg.Reference)
        {
            case null:
                return area;
            case torch.Tensor tensor:
                native.Bits = tensor.Handle;
                return area;
            case torch.Generator generator:
                native.Bits = generator.Handle;
                return area;
            case long[] values:
                native.Bits = (nint)area;
                values.CopyTo(new Span<long>(area, values.Length));
                return area + values.Length;
            case double[] values:
                native.Bits = (nint)area;
                values.CopyTo(new Span<double>(area, values.Length));
                return area + values.Length;
            case torch.Tensor?[] tensors:
                native.Bits = (nint)area;
                for (var i = 0; i < tensors.Length; i++)
                {
                    area[i] = tensors[i]?.Handle ?? 0;
                }

                return area + tensors.Length;
            case string text:
                native.Bits = (nint)area;
                native.Count =
                    Encoding.UTF8.GetBytes(text, new Span<byte>(area, Encoding.UTF8.GetMaxByteCount(text.Length)));
                return area + (Encoding.UTF8.GetMaxByteCount(text.Length) / sizeof(long)) + 1;
            default:
                throw new InvalidOperationException($"cannot pass a {arg.Reference.GetType()} to {arg.Kind}");
        }
    }
}
