namespace Microsoft.ML.VideoMamba.Video.Decoding.FFmpeg;

// FFmpeg's structures as pointers see them: what lies inside is LibavLayout's matter.
internal struct AVFormatContext;

internal struct AVIOContext;

internal struct AVStream;

internal struct AVCodecParameters;

internal struct AVCodec;

internal struct AVCodecContext;

internal struct AVPacket;

internal struct AVFrame;

internal struct AVDictionary;

internal struct SwsContext;
