using Microsoft.ML.Runtime;
using Microsoft.ML.VideoMamba.Clips;
using Microsoft.ML.VideoMamba.Interop;
using Microsoft.ML.VideoMamba.Schemas;
using Microsoft.ML.VideoMamba.Video.Reading;

namespace Microsoft.ML.VideoMamba;

/// <summary>Reads clips of videos into a column: <see cref="IEstimator{TTransformer}"/> for the <see cref="VideoFrameLoaderTransformer"/>.</summary>
/// <remarks>
/// <format type="text/markdown"><![CDATA[
/// |  |  |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data type | Text (path of a video, an image or a folder of frames), a vector of Byte (a video file's content) or an image |
/// | Output column data type | Video |
/// | Required NuGet in addition to Microsoft.ML | Microsoft.ML.VideoMamba |
/// | Exportable to ONNX | No |
/// ]]></format>
/// </remarks>
public sealed class VideoFrameLoader : IEstimator<VideoFrameLoaderTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Options _options;

    internal VideoFrameLoader(IHostEnvironment environment, Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        (_environment, _options) = (environment, options);
    }

    /// <summary>Checks the input column; there is nothing to learn.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or has the wrong type.</exception>
    public VideoFrameLoaderTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new VideoFrameLoaderTransformer(_environment, _options);
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
        bool isVector = input.Kind != SchemaShape.Column.VectorKind.Scalar;
        if (!ClipSource.Accepts(input.ItemType, isVector)) throw SchemaMismatch.Type("input", input.Name, ClipSource.ExpectedTypes, input.TypeName());
        return inputSchema.With(MLNet.Column(_options.OutputColumnName, SchemaShape.Column.VectorKind.Scalar, VideoDataViewType.Instance));
    }

    /// <summary>Options for the <see cref="VideoFrameLoader"/>.</summary>
    public sealed class Options
    {
        /// <summary>Name of the column of clips that is made.</summary>
        public string OutputColumnName { get; set; } = "Video";

        /// <summary>Name of the column of paths, contents or images that is read.</summary>
        public string InputColumnName { get; set; } = "Path";

        /// <summary>Paths that are not rooted start at this folder; the process's current one if null.</summary>
        public string? Folder { get; set; }

        /// <summary>Frames of a clip, at least 1. A model that takes fewer picks among them, at random while it is trained.</summary>
        public int Frames { get; set; } = 8;

        /// <summary>How the frames are spread over the video.</summary>
        public FrameSampling Sampling { get; set; } = FrameSampling.Sparse;

        /// <summary>Frames from one to the next with <see cref="FrameSampling.Dense"/>, at least 1.</summary>
        public int SamplingRate { get; set; } = 4;

        /// <summary>Frames whose short side is longer, in pixels, are shrunk to it at once, which saves memory; 0 (default) keeps all frames as they are.</summary>
        public int MaxShortSide { get; set; }

        /// <summary>Videos with more pixels in a frame than this are refused before the first frame is decoded.</summary>
        public long MaxPixels { get; set; } = 8192L * 8192;

        /// <summary>
        /// What happens to a row whose video cannot be read. Throw: the error, which names the file and the reason, ends the reading. Skip: the row's clip is
        /// missing, is counted and warned of, trainers leave the row out and scores are NaN. Substitute: a black clip stands in, counted and warned of
        /// (a row keeps its label, so another row's video cannot).
        /// </summary>
        public FailurePolicy OnFailure { get; set; } = FailurePolicy.Throw;

        /// <summary>Videos decoded at once, up to twice as many rows ahead; 0 (default) is the number of cores.</summary>
        public int Workers { get; set; }

        internal void Check()
        {
            ArgumentException.ThrowIfNullOrEmpty(OutputColumnName);
            ArgumentException.ThrowIfNullOrEmpty(InputColumnName);
            ArgumentOutOfRangeException.ThrowIfLessThan(Frames, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(SamplingRate, 1);
            ArgumentOutOfRangeException.ThrowIfNegative(MaxShortSide);
            ArgumentOutOfRangeException.ThrowIfLessThan(MaxPixels, 1);
            ArgumentOutOfRangeException.ThrowIfNegative(Workers);
            if (!Enum.IsDefined(Sampling)) throw new ArgumentOutOfRangeException(nameof(Sampling), Sampling, "No such sampling.");
            if (!Enum.IsDefined(OnFailure)) throw new ArgumentOutOfRangeException(nameof(OnFailure), OnFailure, "No such failure policy.");
            if (Folder is not null && !Directory.Exists(Folder)) throw new DirectoryNotFoundException($"{Folder}: no such folder.");
        }
    }
}
