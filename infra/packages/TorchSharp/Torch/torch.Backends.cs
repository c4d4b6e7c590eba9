namespace TorchSharp;

public static partial class torch
{
    public static partial class backends
    {
        public static partial class cuda
        {
            public static bool flash_sdp_enabled() => BackendSwitch.FlashAttention.IsOn();

            public static void enable_flash_sdp(bool enable) => BackendSwitch.FlashAttention.Set(enable);

            public static bool math_sdp_enabled() => BackendSwitch.MathAttention.IsOn();

            public static void enable_math_sdp(bool enable) => BackendSwitch.MathAttention.Set(enable);

            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => BackendSwitch.Tf32Matmul.IsOn();
                    set => BackendSwitch.Tf32Matmul.Set(value);
                }

                public static bool allow_fp16_reduced_precision_reduction
                {
                    get => BackendSwitch.Fp16Reduction.IsOn();
                    set => BackendSwitch.Fp16Reduction.Set(value);
                }
            }
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => BackendSwitch.Tf32Cudnn.IsOn();
                set => BackendSwitch.Tf32Cudnn.Set(value);
            }
        }
    }
}
