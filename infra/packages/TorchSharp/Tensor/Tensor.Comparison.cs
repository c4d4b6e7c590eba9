namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor eq(Tensor target) => Aten.Eq_Tensor.Call(this, target);

        public Tensor eq_(Tensor target) => InPlace(Aten.EqInPlace_Tensor, this, target);

        public Tensor eq(Scalar target) => Aten.Eq_Scalar.Call(this, target);

        public Tensor eq_(Scalar target) => InPlace(Aten.EqInPlace_Scalar, this, target);

        public Tensor ne(Tensor target) => Aten.Ne_Tensor.Call(this, target);

        public Tensor ne_(Tensor target) => InPlace(Aten.NeInPlace_Tensor, this, target);

        public Tensor ne(Scalar target) => Aten.Ne_Scalar.Call(this, target);

        public Tensor ne_(Scalar target) => InPlace(Aten.NeInPlace_Scalar, this, target);

        public Tensor lt(Tensor target) => Aten.Lt_Tensor.Call(this, target);

        public Tensor lt_(Tensor target) => InPlace(Aten.LtInPlace_Tensor, this, target);

        public Tensor lt(Scalar target) => Aten.Lt_Scalar.Call(this, target);

        public Tensor lt_(Scalar target) => InPlace(Aten.LtInPlace_Scalar, this, target);

        public Tensor le(Tensor target) => Aten.Le_Tensor.Call(this, target);

        public Tensor le_(Tensor target) => InPlace(Aten.LeInPlace_Tensor, this, target);

        public Tensor le(Scalar target) => Aten.Le_Scalar.Call(this, target);

        public Tensor le_(Scalar target) => InPlace(Aten.LeInPlace_Scalar, this, target);

        public Tensor gt(Tensor target) => Aten.Gt_Tensor.Call(this, target);

        public Tensor gt_(Tensor target) => InPlace(Aten.GtInPlace_Tensor, this, target);

        public Tensor gt(Scalar target) => Aten.Gt_Scalar.Call(this, target);

        public Tensor gt_(Scalar target) => InPlace(Aten.GtInPlace_Scalar, this, target);

        public Tensor ge(Tensor target) => Aten.Ge_Tensor.Call(this, target);

        public Tensor ge_(Tensor target) => InPlace(Aten.GeInPlace_Tensor, this, target);

        public Tensor ge(Scalar target) => Aten.Ge_Scalar.Call(this, target);

        public Tensor ge_(Scalar target) => InPlace(Aten.GeInPlace_Scalar, this, target);

        public Tensor greater_equal(Tensor target) => ge(target);

        public Tensor greater(Tensor target) => gt(target);

        public Tensor less_equal(Tensor target) => le(target);

        public Tensor less(Tensor target) => lt(target);

        public Tensor not_equal(Tensor target) => ne(target);

        public Tensor equal(Tensor target) => eq(target);

        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) =>
            Aten.Isclose.Call(this, other, rtol, atol, nanEqual);

        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) =>
            Aten.Isin_TensorTensor.Call(this, test_elements, assumeUnique, invert);

        public Tensor maximum(Tensor other) => Aten.Maximum.Call(this, other);

        public Tensor minimum(Tensor other) => Aten.Minimum.Call(this, other);

        public Tensor max(Tensor other) => maximum(other);

        public Tensor min(Tensor other) => minimum(other);

        public Tensor fmax(Tensor other) => Aten.Fmax.Call(this, other);

        public Tensor fmin(Tensor other) => Aten.Fmin.Call(this, other);

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Aten.Topk.CallTwo(this, k, dim, largest, sorted);

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Aten.Sort_Stable.CallTwo(this, stable, dim, descending);

        public Tensor argsort(long dim = -1, bool descending = false) => Aten.Argsort.Call(this, dim, descending);

        public Tensor msort() => Aten.Msort.Call(this);

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) =>
            Aten.Kthvalue.CallTwo(this, k, dim ?? -1, keepdim);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Aten.Bucketize_Tensor.Call(this, boundaries, outInt32, right);

        public Tensor bincount(Tensor? weights, long minlength = 0) => Aten.Bincount.Call(this, weights, minlength);

        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Aten.Histc.Call(this, bins, min, max);
    }
}
