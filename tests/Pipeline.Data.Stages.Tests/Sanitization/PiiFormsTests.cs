using System.Text;
using Pipeline.Data.Sanitization;
using static Pipeline.Data.Tests.Sanitization.PiiText;

namespace Pipeline.Data.Tests.Sanitization;

/// <summary>
/// Forms in which people and programs write personal data and secrets, and what only looks like them.
/// </summary>
public sealed class PiiFormsTests
{
    [Theory]
    // Other alphabets, and scripts that put no space behind an address.
    [InlineData("“ann@example.org” and jürgen@example.de", "“<EMAIL>” and <EMAIL>")]
    [InlineData("почта: иван@пример.рф, 用户邮箱zhang.wei@example.cn请联系", "почта: <EMAIL>, 用户邮箱<EMAIL>请联系")]
    [InlineData("at http://93.184.216.34/x, 93.184.216.34/24, db.local/93.184.216.34:80",
        "at http://<IPV4>/x, <IPV4>/24, db.local/<IPV4>:80")]
    [InlineData("call 0049 30 1234567 or 01 42 68 53 00 or 06.12.34.56.78", "call <PHONE> or <PHONE> or <PHONE>")]
    [InlineData("1-800-555-0199, 1 415 555 2671, 1 (415) 555-2671", "<PHONE>, <PHONE>, <PHONE>")]
    [InlineData("(030) 123456, (11) 91234-5678, 8 (495) 123-45-67", "<PHONE>, <PHONE>, <PHONE>")]
    [InlineData("03-1234-5678; Tel. 4155552671; mobile: 13800138000", "<PHONE>; Tel. <PHONE>; mobile: <PHONE>")]
    [InlineData("3056 930902 5904, 6200000000000005, 6759649826438453",
        "<CREDIT_CARD>, <CREDIT_CARD>, <CREDIT_CARD>")]
    [InlineData("de89370400440532013000 or DE89-3704-0044-0532-0130-00", "<IBAN> or <IBAN>")]
    [InlineData("SSN: 123 45 6789, social security number is 123456789",
        "SSN: <US_SSN>, social security number is <US_SSN>")]
    [InlineData("Geburtsdatum: 12.03.1984, né le 12/03/1984, geb. 12. März 1984",
        "Geburtsdatum: <DATE_OF_BIRTH>, né le <DATE_OF_BIRTH>, geb. <DATE_OF_BIRTH>")]
    [InlineData("\"dob\":\"1984-03-12\", date_of_birth=1984/03/12, D.O.B. 12-03-84",
        "\"dob\":\"<DATE_OF_BIRTH>\", date_of_birth=<DATE_OF_BIRTH>, D.O.B. <DATE_OF_BIRTH>")]
    [InlineData("Ann;+4915112345678;x", "Ann;<PHONE>;x")]
    [InlineData("?mail=ann%2540example%2Eorg&tel=%2B49%20170%201234567", "?mail=<EMAIL>&tel=<PHONE>")]
    [InlineData("ann&#64;example.org, bob&#x40;example.org, \u0E4D+๖๖ ๘๑ ๒๓๔ ๕๖๗๘",
        "<EMAIL>, <EMAIL>, \u0E4D<PHONE>")]
    [InlineData("PASSPORT NO: 123456789", "PASSPORT NO: <PASSPORT>")]
    [InlineData("fecha de nacimiento: 12 de marzo de 1984", "fecha de nacimiento: <DATE_OF_BIRTH>")]
    public void Find_FormsOfManyCountries_AreFoundAsAWhole(string text, string expected) =>
        Replaced(text).ShouldBe(expected);

    [Theory]
    [InlineData("redis://:hunter2@cache:6379/0", "<URL_CREDENTIALS>")]
    [InlineData("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "aws_secret_access_key = <CONNECTION_SECRET>")]
    [InlineData("\"SecretAccessKey\": \"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"",
        "\"SecretAccessKey\": \"<CONNECTION_SECRET>\"")]
    [InlineData("github_pat_11ABCDEFG0abcdefghijkl_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456",
        "<GITHUB_TOKEN>")]
    [InlineData("ghs_abcdefghijklmnopqrstuvwxyz0123456789ABCDEF", "<GITHUB_TOKEN>")]
    [InlineData("xapp-1-A0123456789-1234567890123-abcdef0123456789", "<SLACK_TOKEN>")]
    [InlineData("curl https://hooks.slack.com/services/T00000000/B00000000/abcdefghijklmnopqrstuvwx -d x",
        "curl <SLACK_TOKEN> -d x")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQOYBF\n-----END PGP PRIVATE KEY BLOCK-----\nnext",
        "<PRIVATE_KEY>\nnext")]
    [InlineData("host=db user=app password=hunter2horse dbname=x",
        "host=db user=app password=<CONNECTION_SECRET> dbname=x")]
    [InlineData("Server=db;Uid=sa;PWD = hunter2horse;", "Server=db;Uid=sa;PWD = <CONNECTION_SECRET>;")]
    [InlineData("Server=db;Password='hunter2 horse';", "Server=db;Password='<CONNECTION_SECRET>';")]
    [InlineData("AccountName=a;AccountKey=c2VjcmV0c2VjcmV0;EndpointSuffix=core",
        "AccountName=a;AccountKey=<CONNECTION_SECRET>;EndpointSuffix=core")]
    [InlineData("DB_PASSWORD=hunter2horse\nDEBUG=1", "DB_PASSWORD=<CONNECTION_SECRET>\nDEBUG=1")]
    [InlineData("'password' => 'hunter2horse',", "'password' => '<CONNECTION_SECRET>',")]
    [InlineData("db:\n  password: S3cr3tPassw0rd\n  port: 1", "db:\n  password: <CONNECTION_SECRET>\n  port: 1")]
    [InlineData("{\\\"password\\\":\\\"hunter2horse\\\"}", "{\\\"password\\\":\\\"<CONNECTION_SECRET>\\\"}")]
    [InlineData("SECRET_KEY=insecure-3k$2!a9d@8f7s6d5f\n", "SECRET_KEY=<CONNECTION_SECRET>\n")]
    [InlineData("Authorization: Bearer 5f2b8c1d9e7a4b3c6d0e1f2a", "Authorization: Bearer <CONNECTION_SECRET>")]
    [InlineData("api_key: 5f2b8c1d9e7a4b3c6d0e1f2a", "api_key: <CONNECTION_SECRET>")]
    public void Find_SecretsInSettingsCodeAndLogs_AreFound(string text, string expected)
    {
        Replaced(text).ShouldBe(expected);
        Replaced(expected).ShouldBe(expected);
    }

    [Theory]
    [InlineData("nginx/1.18.0.4, firmware 4.3.2.1, python 3.11.4.1, section 3.2.1.4, 2:5.2.8.0+dfsg-1, "
        + "1.0.+2021.01.02, /releases/2.12.1.7/notes")]
    [InlineData("ab:cd:ef:01:23:45:67:89 is a fingerprint, 1:2:3 a ratio, dead:beef::cafe1 a joke")]
    [InlineData("4111.1111.1111.1111 and icon@2x.png, @types/node@18.0.0, user@host.c0m")]
    [InlineData("+1000000000 points, +10 000 000 rows, 020 030 040, 001 002 003 004")]
    [InlineData("01 02 03 04 05 06, 0010 0101 1101 0110, 00 11 22 33 44 55, 0012 3456 7890")]
    [InlineData("f(11) 91234-5678, (12) 345, (2019) 123-145, call 911, phone 12345, phone 10.20.30.40.50")]
    [InlineData("SSN 12, order 123456789, the band was born 1994, birthday 12/25, born: 01:02:03")]
    [InlineData("if (password == expected) { return; } password = Console.ReadLine(); var pwd=$(pwd); cd ..")]
    [InlineData("PWD=/tmp/x; \"password\": \"string\", password=$1; token: CancellationToken, token = next()")]
    [InlineData("max_tokens=2048; \"token_type\": \"Bearer\", tokenizer: GPT2TokenizerFast, "
        + "api_key=os.environ[\"KEY_1\"]")]
    [InlineData("Authorization: Bearer <token>, password: see the vault entry, a&#9;b, 100%25, AT&T 5")]
    [InlineData("secret: name-of-the-secret-in-the-cluster, api_key: <CONNECTION_SECRET>, apiKey={{key}}")]
    [InlineData("xapp-1 and github_pat_short, https://hooks.slack.com/services/T1, -----BEGIN PUBLIC KEY-----")]
    public void B24_TechnicalProse_HasNoFinding(string text) => Replaced(text).ShouldBe(text);
}
