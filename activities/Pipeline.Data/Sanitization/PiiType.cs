namespace Pipeline.Data.Sanitization;

/// <summary>Classes of personal data and secrets; where two overlap, the one that comes first here wins.</summary>
public enum PiiType
{
    /// <summary>A PEM block with a private key.</summary>
    PrivateKey,

    /// <summary>A URL with user name and password.</summary>
    UrlCredentials,

    /// <summary>A JSON web token.</summary>
    Jwt,

    /// <summary>A GitHub token.</summary>
    GithubToken,

    /// <summary>A Slack token.</summary>
    SlackToken,

    /// <summary>The id of an AWS access key.</summary>
    AwsAccessKey,

    /// <summary>A token of another vendor, told by its prefix and length.</summary>
    ApiToken,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>An international bank account number with valid check digits.</summary>
    Iban,

    /// <summary>A payment card number with a known prefix and a valid check digit.</summary>
    CreditCard,

    /// <summary>An IPv6 address.</summary>
    Ipv6,

    /// <summary>A hardware address.</summary>
    Mac,

    /// <summary>An IPv4 address.</summary>
    Ipv4,

    /// <summary>A United States social security number.</summary>
    UsSsn,

    /// <summary>A United Kingdom national insurance number.</summary>
    UkNino,

    /// <summary>A passport number after the word passport.</summary>
    Passport,

    /// <summary>A date after words that make it a date of birth.</summary>
    DateOfBirth,

    /// <summary>House number, street and town.</summary>
    StreetAddress,

    /// <summary>A telephone number.</summary>
    Phone,

    /// <summary>A given name of the configured list and a family name.</summary>
    Person,

    /// <summary>
    /// A password in a connection string or configuration, or a long random value that is called a key.
    /// </summary>
    ConnectionSecret,

    /// <summary>A word or pattern of the operator's list.</summary>
    Custom,
}
