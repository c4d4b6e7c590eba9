using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Pipeline.Tools.Train;

/// <summary>Reads recipes; unknown and repeated fields are errors.</summary>
internal static class RecipeFile
{
    private const int MaxBytes = 1 << 16;

    public static TrainRecipe Read(FileInfo file)
    {
        if (file.Length > MaxBytes)
        {
            throw new RecipeException($"{file}: larger than {MaxBytes} bytes; a recipe is a page");
        }

        try
        {
            using var reader = file.OpenText();
            return new DeserializerBuilder()
                .WithNamingConvention(UnderscoredNamingConvention.Instance)
                .WithEnumNamingConvention(UnderscoredNamingConvention.Instance)
                .WithDuplicateKeyChecking()
                .Build()
                .Deserialize<TrainRecipe?>(reader) ?? new();
        }
        catch (YamlException exception)
        {
            throw new RecipeException(
                $"{file}:{exception.Start.Line}: {exception.InnerException?.Message ?? exception.Message}", exception);
        }
    }
}
