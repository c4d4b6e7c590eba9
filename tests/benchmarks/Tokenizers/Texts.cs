using System.Text;

namespace Benchmarks.Tokenizers;

/// <summary>Seeded texts of about 2 KB each, built from word lists so that they are the same everywhere.</summary>
internal static class Texts
{
    private static readonly string[] English =
        ("the of and to in is that it was for on are as with his they be at one have this from or had by hot but some "
            + "what there we can out other were all your when up use "
        + "how said each she which do their time if will way about many then them would write like so these her long "
        + "make thing see him two has look more day could go come did number sound no most people over know water "
        + "than call first who may down side been now find any new work part take get place made live where after "
        + "back little only round man year came show every good me give our under name very through just form sentence "
        + "great think say help low line differ turn cause much mean before move right boy old too same tell does set "
        + "three want air well also play small end put home read hand port large spell add even land here must "
        + "internationalization configuration documentation implementation asynchronous representative understanding "
        + "nevertheless").Split(' ');

    private static readonly string[] Code = ["def ", "return ", "self.", "if ", "else:", "for i in range(",
        "import numpy as np\n", "x = ", "y += 1\n", "    ", "\n", "(", ")", "[i]", "{", "}", " == ", "!= None",
        "print(\"value\")", "class Foo(Bar):\n", "# comment here\n", "async ", "await fetch(url)", "0x1F", "3.14159",
        "const result = ", "=> {", "};\n", "//", "/* */", "null", "true", "some_function_name", "camelCaseName",
        "HTTPServer", "<div class=\"a\">", "</div>\n"];

    private static readonly string Chinese =
        "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运";

    internal static string[] Make(string kind, int count)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(_ => One(kind, random))];
    }

    private static string One(string kind, Random random)
    {
        var text = new StringBuilder();
        while (text.Length < (kind == "chinese" ? 700 : 2000))
        {
            switch (kind)
            {
                case "english":
                    var word = English[(int)(Math.Pow(random.NextDouble(), 1.7) * English.Length)];
                    if (random.Next(14) == 0) word = char.ToUpperInvariant(word[0]) + word[1..];
                    text.Append(word)
                        .Append(random.Next(12) switch
                        {
                            0 => ", ",
                            1 => ". ",
                            2
                            when random.Next(6) == 0 => "\n\n",
                            _ => " "
                        });
                    break;
                case "code":
                    text.Append(Code[random.Next(Code.Length)]);
                    break;
                default:
                    for (var i = random.Next(2, 18); i > 0; i--)
                        text.Append(Chinese[(int)(Math.Pow(random.NextDouble(), 1.5) * Chinese.Length)]);
                    text.Append(random.Next(3) == 0 ? "。" : ",");
                    break;
            }
        }

        return text.ToString();
    }
}
