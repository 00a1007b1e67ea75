using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Clips;
using Microsoft.ML.VideoMamba.DataViews;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Video;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// Turns clips into vectors (3, T, H, W) of Single: red, green and blue, normalised by ImageNet's statistics, as the published checkpoints expect. A missing
/// clip becomes NaN. Made by <see cref="VideoPixelExtractor"/>.
/// </summary>
public sealed class VideoPixelExtractorTransformer : VideoTransformer
{
    internal const string LoaderName = "VideoPixelExtractor";

    internal static readonly ModelFormat Format = new("VMPIXELS", LoaderName);

    private readonly VideoPixelExtractor.Options _options;

    internal VideoPixelExtractorTransformer(IHostEnvironment environment, VideoPixelExtractor.Options options)
        : base(environment.Register(LoaderName), Format) => _options = options;

    internal VideoPixelExtractorTransformer(IHostEnvironment environment, ModelReader reader)
        : this(environment, reader.Settings<VideoPixelExtractor.Options>())
    {
    }

    private protected override RowMap MapRows(DataViewSchema inputSchema) => new PixelMap(inputSchema, inputSchema.Find("input", _options.InputColumnName), _options);

    private protected override void Save(ModelWriter writer) => writer.Settings(_options);

    private sealed class PixelMap : RowMap
    {
        private readonly DataViewSchema.Column _input;
        private readonly ClipPixels _pixels;

        public PixelMap(DataViewSchema schema, DataViewSchema.Column input, VideoPixelExtractor.Options options)
            : base(schema, new DataViewSchema.DetachedColumn(options.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, 3, options.Frames, options.ImageSize, options.ImageSize)))
        {
            if (input.Type is not VideoDataViewType) throw SchemaMismatch.Type("input", input.Name, VideoDataViewType.Instance.ToString(), input.Type);
            (_input, _pixels) = (input, new ClipPixels(options.Frames, options.ImageSize));
        }

        public override int BatchSize => 1;

        protected override IEnumerable<DataViewSchema.Column> Inputs => [_input];

        public override IBatch Open(DataViewRow input, int capacity) => new PixelBatch(input.GetGetter<VideoClip?>(input.Schema[_input.Index]), _pixels);
    }

    private sealed class PixelBatch(ValueGetter<VideoClip?> get, ClipPixels pixels) : IBatch
    {
        private readonly float[] _values = new float[pixels.Length];
        private VideoClip? _clip;

        public void Read(int slot) => get(ref _clip);

        public void Evaluate(int first, int count)
        {
            if (_clip is null) _values.AsSpan().Fill(float.NaN);
            else pixels.Write(_clip, _values);
        }

        public Delegate Getter(int output, Func<int> slot) => (ValueGetter<VBuffer<float>>)((ref VBuffer<float> value) =>
        {
            slot();
            var editor = VBufferEditor.Create(ref value, pixels.Length);
            _values.CopyTo(editor.Values);
            value = editor.Commit();
        });

        public void Dispose()
        {
        }
    }
}
