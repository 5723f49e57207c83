using GGUFPacker.Packerfile.Diagnostics;

namespace GGUFPacker.Packerfile.Tests;

/// <summary>What messages, step names and an image's history show of an address.</summary>
public sealed class AddressLoginTests
{
    [Theory]
    [InlineData("ADD https://jane:secret@host/model.git#v1 /", "ADD https://host/model.git#v1 /")]
    [InlineData("ADD HTTPS://token@host/model.git /", "ADD HTTPS://host/model.git /")]
    [InlineData("ssh://git@host/model.git", "ssh://git@host/model.git")]
    [InlineData("ssh://git:secret@host/model.git", "ssh://host/model.git")]
    [InlineData("git@host:org/model.git", "git@host:org/model.git")]
    [InlineData("hf://org/model@main", "hf://org/model@main")]
    [InlineData("https://host/a@b https://host/c", "https://host/a@b https://host/c")]
    public void Logins_of_addresses_are_not_shown(string text, string shown) => Assert.Equal(shown, AddressLogin.Remove(text));

    [Fact]
    public void Diagnostics_never_show_them()
    {
        var diagnostic = new Diagnostic("GGUF0001", DiagnosticSeverity.Error, SourceSpan.File("a"), "'https://jane:secret@host/m' is not there");
        Assert.Equal("'https://host/m' is not there", diagnostic.Message);
        Assert.Equal("'https://host/n' is not there", (diagnostic with { Message = "'https://token@host/n' is not there" }).Message);
    }
}
