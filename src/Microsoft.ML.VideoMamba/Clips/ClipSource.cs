using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using Microsoft.ML.VideoMamba.Video;
using Microsoft.ML.VideoMamba.Video.Decoding;

namespace Microsoft.ML.VideoMamba.Clips;

/// <summary>Where the clips of a column come from: paths, files' contents or single images.</summary>
internal abstract class ClipSource : IDisposable
{
    public const string ExpectedTypes = "String, Vector<Byte> or Image";

    /// <summary>Reads the current row now and returns what makes its clip later, on any thread.</summary>
    public abstract MakeClip Read();

    public virtual void Dispose()
    {
    }

    public static bool Accepts(DataViewType itemType, bool isVector) =>
        isVector ? itemType.Equals(NumberDataViewType.Byte) : itemType is TextDataViewType or ImageDataViewType;

    public static ClipSource Open(DataViewRow row, DataViewSchema.Column column, ClipLoader loader) => column.Type switch
    {
        TextDataViewType => new Paths(row.GetGetter<ReadOnlyMemory<char>>(column), loader),
        ImageDataViewType => new Images(row.GetGetter<MLImage>(column), row, column.Name),
        _ => new Contents(row.GetGetter<VBuffer<byte>>(column), row, column.Name, loader),
    };

    private static string RowName(DataViewRow row, string column) => $"row {row.Position} of column '{column}'";

    private sealed class Paths(ValueGetter<ReadOnlyMemory<char>> get, ClipLoader loader) : ClipSource
    {
        private ReadOnlyMemory<char> _path;

        public override MakeClip Read()
        {
            get(ref _path);
            string path = _path.ToString();
            return Make;

            VideoClip? Make(int threads, CancellationToken cancellation) => ClipOrigins.Note(loader.Load(path, threads, cancellation), Make);
        }
    }

    private sealed class Contents(ValueGetter<VBuffer<byte>> get, DataViewRow row, string column, ClipLoader loader) : ClipSource
    {
        private VBuffer<byte> _content;

        public override MakeClip Read()
        {
            get(ref _content);
            var source = VideoSource.FromBytes(_content.DenseValues().ToArray(), RowName(row, column));
            return (threads, cancellation) => loader.Load(source, threads, cancellation);
        }
    }

    private sealed class Images(ValueGetter<MLImage> get, DataViewRow row, string column) : ClipSource
    {
        private MLImage? _image;

        public override MakeClip Read()
        {
            get(ref _image!);
            var clip = _image is null ? null : ImageClip.Create(_image, _image.Tag is { Length: > 0 } path ? path : RowName(row, column));
            return (_, _) => clip;
        }

        public override void Dispose()
        {
            _image?.Dispose();
            base.Dispose();
        }
    }
}
