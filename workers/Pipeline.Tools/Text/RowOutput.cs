namespace Pipeline.Tools.Text;

/// <summary>Prints rows as <c>token(label, id)</c>, coloured by label.</summary>
internal sealed class RowOutput(bool color, TextWriter output)
{
    private const string Green = "\u001b[32m", Grey = "\u001b[90m", Yellow = "\u001b[33m", Bold = "\u001b[1m",
        Reset = "\u001b[0m";

    public void Write(IEnumerable<ShownRow> rows)
    {
        foreach (var row in rows)
        {
            output.WriteLine(
                $"{Paint(Bold)}row {row.Row}  {row.Id}  {row.Tokens.Count} tokens, "
                    + $"{row.Learned} learned{Paint(Reset)}");
            foreach (var (text, id, label, weight) in row.Tokens)
            {
                var share = weight is 0 or 1 ? string.Empty : $" ×{weight}";
                output.Write(
                    $"{Paint(weight switch { 0 => Grey, 1 => Green, _ => Yellow })}{Visible(text)}({label}, "
                        + $"{id}{share}){Paint(Reset)} ");
            }

            output.WriteLine();
        }
    }

    private string Paint(string code) => color ? code : string.Empty;

    private static string Visible(string token) => token.Replace("\n", "⏎").Replace("\t", "⇥").Replace("\r", "␍");
}
