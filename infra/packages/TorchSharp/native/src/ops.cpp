// Calls any operator that libtorch registers, by schema name. One entry point serves every version of libtorch:
// the dispatcher knows the operator's arguments, so there is no table of operators to keep in step with it.
#include "abi.h"
#include "compat.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <torch/csrc/jit/frontend/function_schema_parser.h>

namespace {

// Mirrors Arg.Kind on the managed side.
enum Kind : int32_t {
  kDefault = 0, kNone, kTensor, kInt, kDouble, kBool, kIntList, kDoubleList, kBoolList, kTensorList,
  kOptionalTensorList, kString, kDevice, kGenerator, kUndefined,
};

struct Arg {
  int32_t kind;
  int32_t count;
  union {
    int64_t i;
    double d;
    const void* p;
  };
};

c10::IValue to_ivalue(const Arg& arg, const c10::Argument& declared) {
  using namespace shim;
  switch (arg.kind) {
    case kDefault:
      if (declared.default_value()) return *declared.default_value();
      if (declared.type()->kind() == c10::TypeKind::OptionalType) return c10::IValue();
      TORCH_CHECK(false, "argument '", declared.name(), "' has no default");
    case kNone: return c10::IValue();
    case kUndefined: return at::Tensor();
    case kTensor: return *static_cast<const at::Tensor*>(arg.p);
    case kInt: return arg.i;
    case kDouble: return arg.d;
    case kBool: return arg.i != 0;
    case kIntList: {
      auto* values = static_cast<const int64_t*>(arg.p);
      return c10::IValue(std::vector<int64_t>(values, values + arg.count));
    }
    case kDoubleList: {
      auto* values = static_cast<const double*>(arg.p);
      return c10::IValue(std::vector<double>(values, values + arg.count));
    }
    case kBoolList: {
      auto* values = static_cast<const int64_t*>(arg.p);
      c10::List<bool> list;
      for (int32_t i = 0; i < arg.count; i++) list.push_back(values[i] != 0);
      return list;
    }
    case kTensorList: return unwrap_list(static_cast<const TensorHandle*>(arg.p), arg.count);
    case kOptionalTensorList: {
      auto* values = static_cast<const TensorHandle*>(arg.p);
      c10::List<shim::optional<at::Tensor>> list;
      for (int32_t i = 0; i < arg.count; i++)
        list.push_back(values[i] ? shim::optional<at::Tensor>(*values[i]) : shim::optional<at::Tensor>());
      return list;
    }
    case kString: return std::string(static_cast<const char*>(arg.p), arg.count);
    case kDevice: return c10::Device(static_cast<c10::DeviceType>(arg.count), static_cast<c10::DeviceIndex>(arg.i));
    case kGenerator: return *static_cast<const at::Generator*>(arg.p);
    default: TORCH_CHECK(false, "unknown argument kind ", arg.kind);
  }
}

thread_local std::vector<Arg> results;

void add_result(const at::Tensor& tensor) {
  Arg result{kTensor, 0, {}};
  result.p = shim::wrap(tensor);
  results.push_back(result);
}

void add_result(const c10::IValue& value) {
  Arg result{kNone, 0, {}};
  if (value.isTensor()) return add_result(value.toTensor());
  if (value.isTensorList()) {
    for (const auto& tensor : value.toTensorVector()) add_result(tensor);
    return;
  }
  if (value.isInt()) {
    result.kind = kInt;
    result.i = value.toInt();
  } else if (value.isDouble()) {
    result.kind = kDouble;
    result.d = value.toDouble();
  } else if (value.isBool()) {
    result.kind = kBool;
    result.i = value.toBool();
  } else {
    TORCH_CHECK(value.isNone(), "cannot return a value of type ", value.tagKind());
  }
  results.push_back(result);
}

}  // namespace

// Returns null when this libtorch has no such operator; the handle stays valid for the life of the process.
SHIM_EXPORT const void* shim_op_find(const char* name, const char* overload) {
  const void* found = nullptr;
  shim::guarded([&] {
    auto op = c10::Dispatcher::singleton().findSchema({name, overload});
    if (op) found = new c10::OperatorHandle(*op);
  });
  return found;
}

// Returns the number of results, or -1. `returned` stays valid until this thread's next call; the tensors in it are owned
// by the caller. With `discard` nothing is returned (in-place operators).
SHIM_EXPORT int32_t shim_op_call(const void* handle, const Arg* args, int32_t count, int32_t discard, const Arg** returned) {
  results.clear();
  int32_t status = shim::guarded([&] {
    const auto& op = *static_cast<const c10::OperatorHandle*>(handle);
    const auto& declared = op.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(count) <= declared.size(), op.schema().name(), " takes ", declared.size(), " arguments, got ", count);
    torch::jit::Stack stack;
    stack.reserve(declared.size());
    static const Arg missing{kDefault, 0, {}};
    for (size_t i = 0; i < declared.size(); i++)
      stack.push_back(to_ivalue(i < static_cast<size_t>(count) ? args[i] : missing, declared[i]));
    op.callBoxed(&stack);
    if (!discard)
      for (const auto& value : stack) add_result(value);
  });
  *returned = results.data();
  return status == 0 ? static_cast<int32_t>(results.size()) : -1;
}
