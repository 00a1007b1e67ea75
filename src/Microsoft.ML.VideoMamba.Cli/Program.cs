using Microsoft.ML.VideoMamba.Cli;

return await VideoMambaTool.RunAsync(args, ToolConsole.OfProcess()).ConfigureAwait(false);
