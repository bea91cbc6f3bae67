using Protocols.Dlms.Security;

namespace Unit.Vectors.Dlms;

/// <summary>Key wrap against the vectors of RFC 3394, section 4, and key transfers of another program.</summary>
public class KeyWrapTests
{
    [Theory]
    [InlineData("000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5")]
    [InlineData("000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF", "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF", "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7")]
    [InlineData("000102030405060708090A0B0C0D0E0F1011121314151617", "00112233445566778899AABBCCDDEEFF0001020304050607", "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF0001020304050607", "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1")]
    [InlineData("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F", "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F", "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")]
    public void A_key_is_wrapped_and_unwrapped_as_in_the_RFC(string wrapping, string key, string wrapped)
    {
        Assert.Equal(wrapped, Convert.ToHexString(KeyWrap.Wrap(Convert.FromHexString(wrapping), Convert.FromHexString(key))));
        Assert.Equal(key, Convert.ToHexString(KeyWrap.Unwrap(Convert.FromHexString(wrapping), Convert.FromHexString(wrapped))!));
    }

    [Fact]
    public void A_wrapped_key_that_was_altered_in_any_bit_is_refused()
    {
        var wrapping = new byte[16];
        var wrapped = KeyWrap.Wrap(wrapping, new byte[32]);
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            var copy = wrapped.ToArray();
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(KeyWrap.Unwrap(wrapping, copy));
        }

        Assert.Null(KeyWrap.Unwrap(wrapping, wrapped.AsSpan(0, 16)));
        Assert.Null(KeyWrap.Unwrap(new byte[16] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, wrapped));
    }

    [Fact]
    public void Key_transfers_of_another_program_hold_the_key_they_say()
    {
        var rows = 0;
        foreach (var row in SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString() == "gen-key-transfer"))
        {
            var octets = row.GetProperty("hex").GetString()!;
            var at = octets.IndexOf("0918", StringComparison.Ordinal);
            if (at < 0)
            {
                continue; // enciphered as a whole
            }

            var keys = row.GetProperty("keys");
            var key = KeyWrap.Unwrap(Convert.FromHexString(keys.GetProperty("kek").GetString()!), Convert.FromHexString(octets.AsSpan(at + 4, 48)));
            Assert.Equal(keys.GetProperty("newKey").GetString(), Convert.ToHexStringLower(key!));
            rows++;
        }

        Assert.True(rows >= 3, $"{rows} rows");
    }
}
