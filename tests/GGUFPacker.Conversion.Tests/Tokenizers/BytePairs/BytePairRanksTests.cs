using System.Text;
using GGUFPacker.Conversion.Checkpoints;
using GGUFPacker.Conversion.Tokenizers.BytePairs;
using GGUFPacker.Testing;

namespace GGUFPacker.Conversion.Tests.Tokenizers.BytePairs;

[ReadsGoldens]
public sealed class BytePairRanksTests
{
    [Fact]
    public void Encoding_a_token_by_those_below_it_gives_its_merge()
    {
        // "abc" is encoded as ab + c, because ab has the lower rank.
        Assert.Equal(["a b", "b c", "ab c", "Ġ abc"], Ranks("a", "b", "c", " ", "ab", "bc", "abc", " abc").MergesByEncoding());
    }

    [Fact]
    public void A_token_that_is_not_left_in_two_parts_has_no_merge()
    {
        Assert.Equal(["a b"], Ranks("a", "b", "ab", "abba!").MergesByEncoding());
    }

    [Fact]
    public void Splitting_gives_every_way_by_the_ranks_of_the_parts()
    {
        Assert.Equal(["a b", "b c", "a bc", "ab c"], Ranks("a", "b", "c", "ab", "bc", "abc").MergesBySplitting(first: 3));
    }

    [Fact]
    public void A_token_that_cannot_be_split_is_an_error_that_shows_its_bytes()
    {
        var exception = Assert.Throws<CheckpointException>(() => Ranks("a", "b", "xyz").MergesBySplitting(first: 2));

        Assert.Contains("78797A", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_that_are_empty_too_long_or_there_twice_are_errors()
    {
        Assert.Throws<CheckpointException>(() => Ranks(""));
        Assert.Throws<CheckpointException>(() => Ranks(new string('a', BytePairRanks.MaximumTokenBytes + 1)));
        Assert.Throws<CheckpointException>(() => Ranks("a", "a"));
        Assert.Equal(1, Ranks(new string('a', BytePairRanks.MaximumTokenBytes)).Count);
    }

    // Ten thousand tokens that each split in every way would make merges of gigabytes.
    [Fact]
    public void Merges_that_grow_out_of_bounds_are_an_error()
    {
        var ranks = new BytePairRanks("test");
        var rank = 0;
        for (var value = 0; value < 3; value++)
        {
            for (var length = 1; length <= BytePairRanks.MaximumTokenBytes; length++)
            {
                ranks.Add(Enumerable.Repeat((byte)value, length).ToArray(), rank++);
            }
        }

        Assert.Contains("merges", Assert.Throws<CheckpointException>(() => ranks.MergesBySplitting(first: 1)).Message, StringComparison.Ordinal);
    }

    private static BytePairRanks Ranks(params string[] tokens)
    {
        var ranks = new BytePairRanks("test");
        for (var rank = 0; rank < tokens.Length; rank++)
        {
            ranks.Add(Encoding.Latin1.GetBytes(tokens[rank]), rank);
        }

        return ranks;
    }
}
