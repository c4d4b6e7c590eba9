using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            public Module _to(Tensor other, bool non_blocking) => _to(other.device, other.dtype, non_blocking);

            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking)
            {
                CheckFloating(dtype);
                _toEpilog(dtype, InitializeDevice(device), non_blocking);
                return this;
            }

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                InitializeDeviceType(deviceType);
                _toEpilog(null, new Device(deviceType, deviceIndex), non_blocking);
                return this;
            }

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking)
            {
                CheckFloating(dtype);
                _toEpilog(dtype, null, non_blocking);
                return this;
            }

            protected virtual void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
            {
                foreach (var (_, child) in named_children())
                {
                    child._toEpilog(dtype, device, non_blocking);
                }

                var fields = FieldsOf(GetType()).ToDictionary(ComponentName);
                var properties = GetType().GetProperties().ToDictionary(static p => p.Name);
                foreach (var (name, parameter) in named_parameters(false).ToList())
                {
                    if (!ReplaceParameter(dtype, device, parameter, out var moved))
                    {
                        continue;
                    }

                    if (properties.TryGetValue(name, out var property))
                    {
                        property.SetValue(this, moved);
                        continue;
                    }

                    parameter.Dispose();
                    ConditionallyRegisterParameter(name, moved);
                    if (fields.TryGetValue(name, out var field))
                    {
                        field.SetValue(this, moved);
                    }
                }

                foreach (var (name, buffer) in named_buffers(false).ToList())
                {
                    if (!ReplaceBuffer(dtype, device, buffer, out var moved))
                    {
                        continue;
                    }

                    ConditionallyRegisterBuffer(name, moved);
                    if (fields.TryGetValue(name, out var field))
                    {
                        field.SetValue(this, moved);
                    }
                }

                if (device is not null)
                {
                    (_deviceType, _deviceIndex) = (device.type, device.index);
                }
            }

            protected static bool ReplaceBuffer(ScalarType? dtype, Device? device, Tensor buffer, out Tensor? result)
            {
                var type = TargetType(dtype, buffer);
                result = WillMove(buffer, type, device)
                    ? buffer.to(type, device ?? buffer.device, disposeAfter: true).DetachFromDisposeScope()
                    : null;
                return result is not null;
            }

            protected static bool ReplaceParameter(ScalarType? dtype, Device? device, Parameter param, out Parameter? p)
            {
                var type = TargetType(dtype, param);
                p = null;
                if (!WillMove(param, type, device))
                {
                    return false;
                }

                // The move is no part of the graph, and the new tensor must be a leaf to collect gradients.
                using var noGrad = no_grad();
                p = new Parameter(param.to(type, device ?? param.device), param.requires_grad);
                p.DetachFromDisposeScope();
                using var grad = param.grad;
                if (grad is not null)
                {
                    using var movedGrad = grad.to(type, device ?? param.device);
                    p.grad = movedGrad;
                }

                return true;
            }

            private static ScalarType TargetType(ScalarType? dtype, Tensor tensor) =>
                dtype is { } wanted && (tensor.is_floating_point() || tensor.is_complex()) ? wanted : tensor.dtype;

            private static bool WillMove(Tensor tensor, ScalarType type, Device? device) =>
                tensor.dtype != type
                || (device is not null
                    && (tensor.device_type != device.type
                        || (device.index != -1 && tensor.device_index != device.index)));

            private static void CheckFloating(ScalarType dtype)
            {
                if (!is_floating_point(dtype) && !is_complex(dtype))
                {
                    throw new ArgumentException(
                        $"a module converts to floating-point or complex types only, not to {dtype}", nameof(dtype));
                }
            }
        }
    }
}
