using System.Reflection;
using System.Runtime.Loader;

namespace TorchSharp.Tests;

/// <summary>
/// Whatever this layer offers to product code, the official assembly offers under the same signature.
/// </summary>
public sealed class PublicSurfaceTests
{
    [Fact]
    public void PublicMembers_OfThisLayer_ExistOfficially()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var path = Path.Combine(cache, "torchsharp", "0.107.0", "lib", "net8.0", "TorchSharp.dll");
        if (!File.Exists(path))
        {
            Assert.Skip(
                "the official TorchSharp 0.107.0 is not in the package cache; `dotnet restore` of it makes it the "
                    + "judge");
        }

        var context = new AssemblyLoadContext("official", isCollectible: true);
        context.Resolving += (loader, name) => Find(cache, name) is { } file ? loader.LoadFromAssemblyPath(file) : null;
        var official = context.LoadFromAssemblyPath(path);
        var extra = new List<string>();
        foreach (var type in typeof(torch).Assembly.GetExportedTypes())
        {
            if (official.GetType(type.FullName!) is not { } judge)
            {
                extra.Add(type.FullName!);
                continue;
            }

            var known = Members(judge).ToHashSet();
            extra.AddRange(Members(type).Where(m => !known.Contains(m)).Select(m => $"{type.FullName}: {m}"));
        }

        string.Join(Environment.NewLine, extra).ShouldBeEmpty();
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        foreach (var member in type.GetMembers(All))
        {
            // Overrides and interface plumbing differ harmlessly between a struct, a record and a class.
            if (member.DeclaringType?.Namespace?.StartsWith("TorchSharp", StringComparison.Ordinal) != true)
            {
                continue;
            }

            string? text = null;
            try
            {
                text = member switch
                {
                    ConstructorInfo constructor => $"new({Parameters(constructor)})",
                    MethodInfo method => $"{method.ReturnType} {method.Name}({Parameters(method)})",
                    FieldInfo field => $"{field.FieldType} {field.Name}",
                    _ => null,
                };
            }
            catch (FileNotFoundException)
            {
                // A member over a package that is not in the cache; this layer has no such member.
            }

            if (text is not null)
            {
                yield return text;
            }
        }
    }

    private static string Parameters(MethodBase method) => string.Join(
        ", ", method.GetParameters().Select(p =>
            $"{p.ParameterType} {p.Name}{(p.HasDefaultValue ? $" = {p.RawDefaultValue ?? "null"}" : string.Empty)}"));

    private static string? Find(string cache, AssemblyName name)
    {
        var folder = Path.Combine(cache, name.Name!.ToLowerInvariant());
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, name.Name + ".dll", SearchOption.AllDirectories).Order().FirstOrDefault()
            : null;
    }
}
