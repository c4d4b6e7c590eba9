using System.Text;
using Pipeline.Data.Sanitization;
using static Pipeline.Data.Tests.Sanitization.PiiText;

namespace Pipeline.Data.Tests.Sanitization;

/// <summary>
/// Spelled addresses, streets, tokens of vendors and passwords of commands, each beside its look-alikes.
/// </summary>
public sealed class PiiVendorFormsTests
{
    private const string Body = "4eC39HqLyjWDarjtT1zdp7dcXy9QvRt5KbN2mWs8";

    [Theory]
    [InlineData("mail ann [at] example [dot] org or ann(at)example.org", "mail <EMAIL> or <EMAIL>")]
    [InlineData("ann AT example DOT org, a.b+c [AT] mail.example [DOT] co [DOT] uk.", "<EMAIL>, <EMAIL>.")]
    [InlineData("ann.lee{at}my-site(dot)example(dot)com!", "<EMAIL>!")]
    public void Find_SpelledAddress_IsFoundAsAWhole(string text, string expected) => Check(text, expected);

    [Theory]
    [InlineData("MEET AT EXAMPLE DOT COM, SIT (AT) HOME, look AT example.org, arr[at].name, (at) example.org")]
    [InlineData("index(at) = 5; values[at] and foo.bar; f(at), g[at]x; he sat [at] the table. Dot")]
    [InlineData("a hat) in.the way; flat] and {at} x; AT least, ann AT example DOT 5g; v[at]Name.Value")]
    public void Find_WordsLikeASpelledSign_AreLeft(string text) => Check(text, text);

    [Theory]
    [InlineData("She lives at 7 Wonders Way", "She lives at <STREET_ADDRESS>")]
    [InlineData("Ship the parcel to 12 Oak Lane", "Ship the parcel to <STREET_ADDRESS>")]
    [InlineData("Home address: 7 Old Mill Court. Next", "Home address: <STREET_ADDRESS>. Next")]
    [InlineData("\"street\": \"5 Rose Terrace\"", "\"street\": \"<STREET_ADDRESS>\"")]
    [InlineData("221 Baker Street, London and 350 Fifth Avenue, New York", "<STREET_ADDRESS> and <STREET_ADDRESS>")]
    [InlineData("10 Downing Street, London SW1A 2AA; 9 Elm Way, Springfield, IL 62704-1234",
        "<STREET_ADDRESS>; <STREET_ADDRESS>")]
    [InlineData("12 Harbour Drive, Apt 4B or 12 Harbour Lane #7", "<STREET_ADDRESS> or <STREET_ADDRESS>")]
    [InlineData("51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 or 59 Temple Place - Suite 330",
        "<STREET_ADDRESS> or <STREET_ADDRESS>")]
    [InlineData("742 Garden Road\nSpringfield", "<STREET_ADDRESS>\nSpringfield")]
    [InlineData("12 Mill Rd., 12 Mill St. today", "<STREET_ADDRESS>, <STREET_ADDRESS> today")]
    public void Find_StreetAddress_IsFoundAsAWhole(string text, string expected) => Check(text, expected);

    [Theory]
    [InlineData("The game is called 7 Wonders Way, and 10 Cloverfield Lane is a film; 21 Jump Street too")]
    [InlineData("10 Cloverfield Lane, Dan Trachtenberg; 3 Simple Way, step by step. 2 Famous St. Bernard dogs")]
    [InlineData("500 Wall Street executives took 5 Great Dr. Seuss books; based on 21 Jump Street")]
    [InlineData("12 Angry Men Place bets. 100 Main Street shops, 3 Ways; 7 Wonders Way\nby the team")]
    public void Find_TitlesAndPhrasesWithANumber_AreNoAddress(string text) => Check(text, text);

    [Theory]
    [InlineData("sk_live_", 24), InlineData("sk_test_", 24), InlineData("rk_live_", 24), InlineData("whsec_", 32)]
    [InlineData("glpat-", 20), InlineData("npm_", 36), InlineData("hf_", 34), InlineData("pypi-AgEIcHlwaS5vcmc", 60)]
    [InlineData("AIza", 35), InlineData("GOCSPX-", 28), InlineData("sk-ant-api03-", 95), InlineData("sk-proj-", 64)]
    public void Find_VendorToken_IsFoundAndItsLookAlikesAreLeft(string prefix, int length)
    {
        var token = prefix + string.Concat(Enumerable.Repeat(Body, 3))[..length];
        Check($"key={token}, '{token}' {token}.", "key=<API_TOKEN>, '<API_TOKEN>' <API_TOKEN>.");
        // Too short, a longer word around it, what fills a place in a manual, and words.
        foreach (var text in (string[])
            [token[..^Math.Max(9, length - 14)], $"x{token}", prefix + new string('x', length),
                prefix + "your_key_goes_here", $"{prefix}…", prefix])
        {
            Check($"use {text} here", $"use {text} here");
        }
    }

    [Theory]
    [InlineData("dop_v1_", 64), InlineData("doo_v1_", 64), InlineData("shpat_", 32), InlineData("shpss_", 32)]
    public void Find_HexToken_IsFoundAndOtherLengthsAreLeft(string prefix, int length)
    {
        var digits = string.Concat(Enumerable.Repeat("0f1e2d3c4b5a6978", 5));
        Check($"{prefix}{digits[..length]};", "<API_TOKEN>;");
        Check($"{prefix}{digits[..(length - 1)]} {prefix}{digits[..(length - 1)]}g",
            $"{prefix}{digits[..(length - 1)]} {prefix}{digits[..(length - 1)]}g");
    }

    [Fact]
    public void Find_TokensOfTwoParts_AreFoundAndTheirPartsLeft()
    {
        var (first, second) = (Body[..22], (Body + Body)[..43]);
        Check($"SG.{first}.{second}", "<API_TOKEN>");
        Check($"SG.{first} SG.{first}.{second[1..]} xSG.{first}.{second}",
            $"SG.{first} SG.{first}.{second[1..]} xSG.{first}.{second}");
        Check("xoxb-123456789012-abcdefABCDEF and xoxe-1-AbCdEf0123456789", "<SLACK_TOKEN> and <SLACK_TOKEN>");
        Check("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "<JWT>");
        Check("xoxb-short, xox-games, eyJhbGciOiJIUzI1NiJ9.eyJ", "xoxb-short, xox-games, eyJhbGciOiJIUzI1NiJ9.eyJ");
        Check("pk_live_" + Body, "pk_live_" + Body); // publishable
    }

    [Theory]
    [InlineData("curl -u ann:hunter2 https://example.org", "curl -u ann:<CONNECTION_SECRET> https://example.org")]
    [InlineData("curl -s --user 'ann:hunter 2x' x", "curl -s --user 'ann:<CONNECTION_SECRET>' x")]
    [InlineData("curl --proxy-user=ann:hunter2 -suann:hunter3", "curl --proxy-user=ann:<CONNECTION_SECRET> "
        + "-suann:<CONNECTION_SECRET>")]
    [InlineData("mysql -u root -phunter2 db", "mysql -u root -p<CONNECTION_SECRET> db")]
    [InlineData("mysqldump -p'hunter 2;' db", "mysqldump -p'<CONNECTION_SECRET>' db")]
    [InlineData("mariadb -p\"hunter\" && sshpass -p hunter2 ssh x",
        "mariadb -p\"<CONNECTION_SECRET>\" && sshpass -p <CONNECTION_SECRET> ssh x")]
    [InlineData("git clone https://ann:hunter2@example.org/x.git", "git clone <URL_CREDENTIALS>")]
    public void Find_PasswordOfACommand_IsFound(string text, string expected) => Check(text, expected);

    [Theory]
    [InlineData("curl -u ann: https://example.org -u $USER:$PASS -u ann:<password> -H 'Accept: text/html'")]
    [InlineData("docker run -u ann:staff x; chown -u ann:staff; curl -o a:b.txt; curl localhost:https")]
    [InlineData("mysql -u root -p db; mysql -p$PASS; mysql -p${PASS}; mysql -p'<password>'; mysql -port x")]
    [InlineData("docker run --name mysql -p3306:3306; ls -pall; mkdir -parents; ssh -phunter2; mysql -P 3306")]
    [InlineData("curl is a tool\ndocker run -u ann:staff; mysql\nnmap -phosts")]
    public void Find_OptionsLikeAPassword_AreLeft(string text) => Check(text, text);

    [Fact]
    public void Scan_LongRunsOfAnchors_TakeTimeInProportion()
    {
        // Every tenth character is an anchor of the same run; each run must be walked once only.
        var (small, large) = (Time(200_000), Time(1_600_000));
        large.ShouldBeLessThan((small * 8 * 4) + 200);
    }

    private static double Time(int length)
    {
        var text = new byte[length];
        for (var i = 0; i < length; i++)
        {
            text[i] = (byte)(i % 10 == 0 ? '7' : i % 17 == 0 ? '_' : "abcdefgh-K"[i % 10]);
        }

        var (scanner, spans, best) = (new PiiScanner(new PiiOptions()), new List<PiiSpan>(), double.MaxValue);
        for (var round = 0; round < 3; round++)
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            scanner.Scan(text, spans);
            best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
        }

        return best;
    }

    private static void Check(string text, string expected)
    {
        Replaced(text).ShouldBe(expected);
        Replaced(expected).ShouldBe(expected); // a second pass finds nothing
    }
}
