using System.Security.Cryptography;

namespace Protocols.MBus.Security;

/// <summary>One AES-128 key with its transforms made once: chaining is done here, so that a telegram costs no allocation. Not thread-safe.</summary>
internal sealed class AesKey : IDisposable
{
    internal const int Block = 16;
    private readonly Aes _aes = Aes.Create();
    private readonly ICryptoTransform _encrypt;
    private readonly ICryptoTransform _decrypt;
    private readonly byte[] _in = new byte[Block];
    private readonly byte[] _out = new byte[Block];
    private readonly byte[] _plain = new byte[256];
    private readonly byte[] _first = new byte[Block]; // CMAC subkeys K1, K2 (RFC 4493)
    private readonly byte[] _second = new byte[Block];

    internal AesKey(ReadOnlySpan<byte> key)
    {
        _aes.Mode = CipherMode.ECB;
        _aes.Padding = PaddingMode.None;
        _aes.Key = key.ToArray();
        _encrypt = _aes.CreateEncryptor();
        _decrypt = _aes.CreateDecryptor();
        Encrypt(_first);
        Double(_first);
        _first.CopyTo(_second, 0);
        Double(_second);
    }

    /// <summary>One block in place.</summary>
    internal void Encrypt(Span<byte> block)
    {
        block.CopyTo(_in);
        _encrypt.TransformBlock(_in, 0, Block, _out, 0);
        _out.CopyTo(block);
    }

    /// <summary>CBC in place over whole blocks of <paramref name="octets"/>.</summary>
    internal void DecryptCbc(byte[] octets, int offset, int length, ReadOnlySpan<byte> initial)
    {
        Span<byte> previous = stackalloc byte[Block];
        Span<byte> cipher = stackalloc byte[Block];
        initial.CopyTo(previous);
        for (var at = 0; at < length; at += _plain.Length)
        {
            var chunk = Math.Min(_plain.Length, length - at);
            _decrypt.TransformBlock(octets, offset + at, chunk, _plain, 0);
            for (var block = 0; block < chunk; block += Block)
            {
                var target = octets.AsSpan(offset + at + block, Block);
                target.CopyTo(cipher);
                for (var i = 0; i < Block; i++)
                {
                    target[i] = (byte)(_plain[block + i] ^ previous[i]);
                }

                cipher.CopyTo(previous);
            }
        }
    }

    /// <summary>CTR in place; the counter block counts as a big-endian number from its last octet.</summary>
    internal void ApplyCtr(Span<byte> octets, Span<byte> counter)
    {
        while (!octets.IsEmpty)
        {
            counter.CopyTo(_in);
            _encrypt.TransformBlock(_in, 0, Block, _out, 0);
            var length = Math.Min(Block, octets.Length);
            for (var i = 0; i < length; i++)
            {
                octets[i] ^= _out[i];
            }

            octets = octets[length..];
            for (var i = Block - 1; i >= 0 && ++counter[i] == 0; i--)
            {
            }
        }
    }

    /// <summary>AES-CMAC (RFC 4493) over two parts, one after the other.</summary>
    internal void Cmac(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, Span<byte> mac)
    {
        mac[..Block].Clear();
        var total = head.Length + tail.Length;
        for (var at = 0; at < total || at == 0; at += Block)
        {
            var length = Math.Min(Block, total - at);
            for (var i = 0; i < length; i++)
            {
                mac[i] ^= at + i < head.Length ? head[at + i] : tail[at + i - head.Length];
            }

            if (at + Block >= total)
            {
                var subkey = length == Block ? _first : _second;
                if (length < Block)
                {
                    mac[length] ^= 0x80;
                }

                for (var i = 0; i < Block; i++)
                {
                    mac[i] ^= subkey[i];
                }
            }

            Encrypt(mac[..Block]);
        }
    }

    public void Dispose()
    {
        _encrypt.Dispose();
        _decrypt.Dispose();
        _aes.Dispose();
    }

    private static void Double(Span<byte> block)
    {
        var carry = (byte)(block[0] >> 7);
        for (var i = 0; i < Block; i++)
        {
            block[i] = (byte)((block[i] << 1) | (i + 1 < Block ? block[i + 1] >> 7 : 0));
        }

        block[Block - 1] ^= (byte)(carry * 0x87);
    }
}
