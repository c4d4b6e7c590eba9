#include "abi.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

using shim::GeneratorHandle;
using shim::guarded;
using shim::TensorHandle;

SHIM_EXPORT int32_t shim_generator_new(uint64_t seed, int32_t device_type, int32_t device_index, GeneratorHandle* result) {
  return guarded([&] {
    c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    at::Generator generator = device.is_cpu() ? at::detail::createCPUGenerator(seed) : at::globalContext().defaultGenerator(device).clone();
    generator.set_current_seed(seed);
    *result = new at::Generator(std::move(generator));
  });
}

SHIM_EXPORT int32_t shim_generator_default(int32_t device_type, int32_t device_index, GeneratorHandle* result) {
  return guarded([&] {
    c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    *result = new at::Generator(at::globalContext().defaultGenerator(device));
  });
}

SHIM_EXPORT void shim_generator_free(GeneratorHandle generator) { delete generator; }

SHIM_EXPORT int32_t shim_generator_seed(GeneratorHandle generator, uint64_t seed) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->mutex());
    generator->set_current_seed(seed);
  });
}

SHIM_EXPORT uint64_t shim_generator_initial_seed(GeneratorHandle generator) { return generator->current_seed(); }

SHIM_EXPORT int32_t shim_generator_state(GeneratorHandle generator, TensorHandle* state) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->mutex());
    *state = shim::wrap(generator->get_state());
  });
}

SHIM_EXPORT int32_t shim_generator_set_state(GeneratorHandle generator, TensorHandle state) {
  return guarded([&] {
    std::lock_guard<std::mutex> lock(generator->mutex());
    generator->set_state(*state);
  });
}

// Seeds the default generator of the CPU and of every CUDA device.
SHIM_EXPORT int32_t shim_manual_seed(uint64_t seed) {
  return guarded([&] { at::manual_seed(seed); });
}
