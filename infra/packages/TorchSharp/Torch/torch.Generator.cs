namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers whose state can be read and restored.</summary>
    public class Generator : IDisposable
    {
        public unsafe Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            nint created;
            Native.Check(Native.shim_generator_new(seed, (int)this.device.type, this.device.index, &created));
            Handle = created;
        }

        internal Generator(IntPtr nativeHandle)
        {
            Handle = nativeHandle;
            device = CPU;
        }

        ~Generator() => Dispose(false);

        public static unsafe Generator Default
        {
            get
            {
                nint generator;
                Native.Check(Native.shim_generator_default((int)DeviceType.CPU, -1, &generator));
                return new Generator(generator);
            }
        }

        public IntPtr Handle { get; private set; }

        public Device device { get; private set; }

        public unsafe Tensor get_state()
        {
            nint state;
            Native.Check(Native.shim_generator_state(Handle, &state));
            return new Tensor(state);
        }

        public void set_state(Tensor value) => Native.Check(Native.shim_generator_set_state(Handle, value.Handle));

        public Generator manual_seed(long seed)
        {
            Native.Check(Native.shim_generator_seed(Handle, (ulong)seed));
            return this;
        }

        public long seed()
        {
            var seed = System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue);
            manual_seed(seed);
            return seed;
        }

        public long initial_seed() => (long)Native.shim_generator_initial_seed(Handle);

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (Handle != IntPtr.Zero)
            {
                Native.shim_generator_free(Handle);
                Handle = IntPtr.Zero;
            }
        }
    }
}
