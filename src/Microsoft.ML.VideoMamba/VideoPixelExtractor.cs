using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Schemas;

namespace Microsoft.ML.VideoMamba;

/// <summary>
/// Turns clips into vectors of known size, as a network reads them: <see cref="IEstimator{TTransformer}"/> for the
/// <see cref="VideoPixelExtractorTransformer"/>.
/// </summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Video |
/// | Output column data type | Known-sized vector of Single, (3, T, H, W) |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.VideoMamba |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class VideoPixelExtractor : IEstimator<VideoPixelExtractorTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal VideoPixelExtractor(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_environment, _options) = (environment, options);
    }

    /// <summary>Checks the input column; there is nothing to learn.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    public VideoPixelExtractorTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new VideoPixelExtractorTransformer(_environment, _options);
        transformer.GetOutputSchema(input.Schema);
        return transformer;
    }

    /// <summary>The shape of the schema after the transformation.</summary>
    /// <param name="inputSchema">The shape before.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var input = inputSchema.Find("input", _options.InputColumnName);
        if (input.Kind != SchemaShape.Column.VectorKind.Scalar || input.ItemType is not VideoDataViewType)
        {
            throw SchemaMismatch.Type("input", input.Name, VideoDataViewType.Instance.ToString(), input.TypeName());
        }

        return inputSchema.With(MLNet.Column(_options.OutputColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single));
    }

    /// <summary>Options for the <see cref="VideoPixelExtractor"/>.</summary>
    public sealed class Options
    {
        /// <summary>Name of the column of vectors that is made.</summary>
        public string OutputColumnName { get; set; } = "Pixels";

        /// <summary>Name of the column of clips that is read.</summary>
        public string InputColumnName { get; set; } = "Video";

        /// <summary>Frames of a vector, T, at least 1. Longer clips are thinned evenly, shorter ones repeat frames.</summary>
        public int Frames { get; set; } = 8;

        /// <summary>Side of the square that is cut out of the middle of each frame after its short side was resized to it: H and W in pixels, at least 1.</summary>
        public int ImageSize { get; set; } = 224;

        internal void Check()
        {
            ArgumentException.ThrowIfNullOrEmpty(OutputColumnName);
            ArgumentException.ThrowIfNullOrEmpty(InputColumnName);
            ArgumentOutOfRangeException.ThrowIfLessThan(Frames, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(ImageSize, 1);
        }
    }
}
