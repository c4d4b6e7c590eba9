namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor bernoulli(torch.Generator? generator = null) => Aten.Bernoulli.Call(this, generator);

        public Tensor bernoulli_(double p = 0.5, torch.Generator? generator = null) =>
            InPlace(Aten.BernoulliInPlace_Float, this, p, generator);

        public Tensor bernoulli_(Tensor p, torch.Generator? generator = null) =>
            InPlace(Aten.BernoulliInPlace_Tensor, this, p, generator);

        public Tensor multinomial(long num_samples, bool replacement = false, torch.Generator? generator = null) =>
            Aten.Multinomial.Call(this, num_samples, replacement, generator);

        public Tensor poisson(torch.Generator? generator = null) => Aten.Poisson.Call(this, generator);

        public Tensor exponential_(double lambda = 1.0, torch.Generator? generator = null) =>
            InPlace(Aten.ExponentialInPlace, this, lambda, generator);

        public Tensor normal_(double mean = 0.0, double std = 1.0, torch.Generator? generator = null) =>
            InPlace(Aten.NormalInPlace, this, mean, std, generator);

        public Tensor log_normal_(double mean = 0.0, double std = 1.0, torch.Generator? generator = null) =>
            InPlace(Aten.LogNormalInPlace, this, mean, std, generator);

        public Tensor cauchy_(double median = 0.0, double sigma = 1.0, torch.Generator? generator = null) =>
            InPlace(Aten.CauchyInPlace, this, median, sigma, generator);

        public Tensor geometric_(double p, torch.Generator? generator = null) =>
            InPlace(Aten.GeometricInPlace, this, p, generator);

        public Tensor random_(double from, double to, torch.Generator? generator = null) =>
            InPlace(Aten.RandomInPlace_From, this, (long)from, (long)to, generator);

        public Tensor uniform_(double from, double to, torch.Generator? generator = null) =>
            InPlace(Aten.UniformInPlace, this, from, to, generator);
    }
}
