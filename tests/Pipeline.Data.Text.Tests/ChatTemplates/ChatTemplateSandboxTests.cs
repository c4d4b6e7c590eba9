using System.Text.Json;
using Pipeline.Data.ChatTemplates;
using Pipeline.Data.Formats;

namespace Pipeline.Data.Text.Tests.ChatTemplates;

public sealed class ChatTemplateSandboxTests
{
    private static readonly ChatRequest Hello = ChatRequest.Of([new ChatMessage("user", "Hello")]);

    private static string Render(string template, ChatTemplateLimits? limits = null) =>
        ChatTemplate.Parse(template, "t.jinja", limits).Render(Hello).Text;

    [Theory]
    [InlineData("{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{{ 'a' * 10**9 }}")]
    [InlineData("{{ [0] * 10**12 }}")]
    [InlineData("{{ 10 ** (10 ** 10) }}")]
    [InlineData("{% set ns = namespace(x='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% "
        + "endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{{ '%999999d' % 1 ~ '%*d' % (10**9, 1) }}")]
    [InlineData("{{ 'x'.ljust(10**10) }}")]
    [InlineData("{% set s = 'a' * 60000 %}{{ s.replace('', s) }}")]
    [InlineData("{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set s = 'x' * 1000000 %}{% for i in range(99999) %}{{ s }}{% endfor %}")]
    public void B36_EndlessOrHugeTemplates_StopAtABudget(string template) =>
        Should.Throw<ChatTemplateException>(
            () => Render(template, new ChatTemplateLimits { MaxSteps = 500_000, MaxOutput = 4 << 20 })).Kind.ShouldBe(
                "BudgetError");

    [Theory]
    [InlineData("{{ messages.__class__.__mro__ }}", "SecurityError")]
    [InlineData("{{ ''.__class__.__base__.__subclasses__()[0]('x') }}", "SecurityError")]
    [InlineData("{{ messages.append(1) }}", "SecurityError")]
    [InlineData("{% include '/etc/passwd' %}", "TypeError")]
    [InlineData("{% import 'os' as os %}", "TypeError")]
    [InlineData("{{ range(1000000000) }}", "OverflowError")]
    [InlineData("{{ nothing.at.all }}", "UndefinedError")]
    [InlineData("{{ raise_exception('no system turn') }}", "TemplateError")]
    [InlineData("{% set ns = namespace(_hidden=1) %}", "SecurityError")]
    public void B36_HostileOrRefusingTemplates_NamedError(string template, string kind) =>
        Should.Throw<ChatTemplateException>(() => Render(template)).Kind.ShouldBe(kind);

    [Theory]
    [InlineData("a\nb\n{% if true %}\n{{ 1 + none }}\n{% endif %}", 4)]
    [InlineData("\n\n{{ messages[0].content.nope() }}", 3)]
    [InlineData("{#\n comment \n#}\n{% for m in messages %}\n\n{{ raise_exception('x') }}{% endfor %}", 6)]
    [InlineData("{% macro f() %}\n{{ 'a' + 1 }}\n{% endmacro %}\n\n{{ f() }}", 2)]
    public void B36_ErrorAtRunTime_NamesTheLine(string template, int line)
    {
        var error = Should.Throw<ChatTemplateException>(() => Render(template));
        error.Line.ShouldBe(line);
        error.Message.ShouldContain($"t.jinja, line {line}");
    }

    [Theory]
    [InlineData("x\n{% if %}", 2)]
    [InlineData("{% for a in b %}\n\n", 2)]
    [InlineData("\n{{ 'x'|nosuch }}", 2)]
    [InlineData("{% do x %}", 1)]
    public void B36_MalformedTemplate_NamesTheLine(string template, int line) =>
        Should.Throw<ChatTemplateException>(() => Render(template)).Line.ShouldBe(line);

    [Fact]
    public void B36_DeepNesting_RefusedNotCrashed()
    {
        string[] templates =
        [
            "{{ " + new string('(', 20_000) + "1" + new string(')', 20_000) + " }}",
            "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 20_000)) + " }}",
            "{{ " + string.Concat(Enumerable.Repeat("not ", 20_000)) + "1 }}",
            "{{ " + string.Concat(Enumerable.Repeat("-", 20_000)) + "1 }}",
            "{{ x" + string.Concat(Enumerable.Repeat("[0]", 20_000)) + " }}",
            "{{ 'x'" + string.Concat(Enumerable.Repeat("|trim", 20_000)) + " }}",
            "{{ 1" + string.Concat(Enumerable.Repeat(" if 1 else 1", 20_000)) + " }}",
            string.Concat(Enumerable.Repeat("{% if true %}", 20_000)),
            "{% if 0 %}" + string.Concat(Enumerable.Repeat("{% elif 0 %}", 20_000)) + "{% endif %}",
            "{% set ns = namespace(x=[]) %}{% for i in range(30000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x=[]) %}{% for i in range(30000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ "
                + "ns.x|tojson }}",
            "{% set ns = namespace(x=[], y=[]) %}{% for i in range(30000) %}{% set ns.x = [ns.x] %}{% set ns.y = "
                + "[ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        ];
        foreach (var template in templates) Should.Throw<ChatTemplateException>(() => Render(template), template[..20]);
    }

    [Fact]
    public void Render_Limits_CanBeTightened()
    {
        Render("{% for i in range(100) %}x{% endfor %}").Length.ShouldBe(100);
        Should.Throw<ChatTemplateException>(
            () => Render("{% for i in range(100) %}x{% endfor %}", new ChatTemplateLimits { MaxSteps = 50 })).Kind
            .ShouldBe("BudgetError");
        Should.Throw<ChatTemplateException>(
            () => Render("{% for i in range(100) %}x{% endfor %}", new ChatTemplateLimits { MaxOutput = 50 })).Kind
            .ShouldBe("BudgetError");
    }

    [Fact]
    public void Render_CanonicalMessages_EqualToTheSameMessagesAsJson()
    {
        const string json =
            """[{"role":"user","content":"q"},{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"a":1.0}}}]},{"role":"tool","content":"t","name":"f"},{"role":"assistant","content":"a","reasoning_content":"r"}]""";
        using var document = JsonDocument.Parse(json);
        var calls = document.RootElement[1].GetProperty("tool_calls");
        ChatMessage[] messages = [new("user", "q"), new("assistant", "") { ToolCalls = calls },
            new("tool", "t") { Name = "f" }, new("assistant", "a") { ReasoningContent = "r" }];
        var template = ChatTemplate.Parse(
            "{% for m in messages %}{{ m.role }}|{{ m.content|default('') }}|{{ m.tool_calls|default([])|tojson }}|{{ "
                + "m.thinking|default('-') }}\n{% endfor %}");
        var text = template.Render(ChatRequest.Of(messages)).Text;
        text.ShouldBe(template.Render(ChatRequest.OfJson(document.RootElement)).Text);
        text.ShouldContain("""|[{"type": "function", "function": {"name": "f", "arguments": {"a": 1.0}}}]|""");
    }
}
