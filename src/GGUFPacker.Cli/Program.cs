using GGUFPacker.Cli;

return await CliApplication.RunAsync(args, CliEnvironment.OfProcess(), CancellationToken.None).ConfigureAwait(false);
