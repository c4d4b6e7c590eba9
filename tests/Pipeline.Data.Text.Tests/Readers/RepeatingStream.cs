namespace Pipeline.Data.Text.Tests.Readers;

/// <summary>A head, then one letter many times, then a tail, without holding it.</summary>
internal sealed class RepeatingStream(byte[] head, long count, byte[] tail) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => head.Length + count + tail.Length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count1)
    {
        var n = (int)Math.Min(count1, Length - _position);
        for (var i = 0; i < n;)
        {
            var at = _position + i;
            if (at >= head.Length && at < head.Length + count)
            {
                var run = (int)Math.Min(n - i, head.Length + count - at);
                buffer.AsSpan(offset + i, run).Fill((byte)'x');
                i += run;
            }
            else
            {
                buffer[offset + i++] = at < head.Length ? head[at] : tail[at - head.Length - count];
            }
        }

        _position += n;
        return n;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count1) => throw new NotSupportedException();
}
