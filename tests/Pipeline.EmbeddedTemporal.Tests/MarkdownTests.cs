using Pipeline.EmbeddedTemporal.WebUi;

namespace Pipeline.EmbeddedTemporal.Tests;

public sealed class MarkdownTests
{
    [Theory]
    [InlineData("# Title", "<h1>Title</h1>")]
    [InlineData("- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>")]
    [InlineData("1. a", "<ol><li>a</li></ol>")]
    [InlineData("|a|b|\n|-|-|\n|1|2|", "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>")]
    [InlineData("```\n<b>\n```", "<pre>&lt;b&gt;\n</pre>")]
    [InlineData("a `*x*` *y*", "<p>a <code>*x*</code> <em>y</em></p>")]
    [InlineData("[t](https://e.org/)", "<p><a href=\"https://e.org/\" rel=\"noopener noreferrer\">t</a></p>")]
    public void ToHtml_Markup_IsRendered(string text, string html) => Markdown.ToHtml(text).ShouldBe(html);

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](https://e.org/\"onclick=\"x)")]
    [InlineData("# <img src=x onerror=y>")]
    public void ToHtml_ActiveContent_StaysText(string text)
    {
        var html = Markdown.ToHtml(text);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("href=\"javascript");
        html.ShouldNotContain("\"onclick");
    }
}
