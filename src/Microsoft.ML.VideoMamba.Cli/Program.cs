using Microsoft.ML.VideoMamba.Cli;
using Microsoft.ML.VideoMamba.Video.Decoding;

var console = ToolConsole.OfProcess();
VideoDecoder.OnAutomaticChoice(console.Warn);
return await VideoMambaTool.RunAsync(args, console).ConfigureAwait(false);
