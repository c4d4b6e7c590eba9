using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Pipeline.Data.Stages.Tests")]
[assembly: InternalsVisibleTo("Pipeline.Data.Benchmarks")]
