using System.Diagnostics;
using System.Text;
using Xunit;

namespace GGUFPacker.Testing.Docker;

/// <summary>
/// The real dockerd (Debian's package docker.io), with its data, socket and containers in a directory of its own. It needs root. Images come from files of this machine:
/// no registry is asked.
/// </summary>
public sealed class DockerDaemon : IAsyncDisposable
{
    // Paths of sockets are short, and DOCKER_HOST has no way to write a blank.
    private readonly string _directory = Directory.CreateTempSubdirectory("gpd").FullName;
    private readonly Process _process;
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _docker;

    private DockerDaemon(string daemon, string docker)
    {
        _docker = docker;
        var said = new StringBuilder();
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(
                daemon,
                ["--data-root", At("data"), "--exec-root", At("exec"), "--pidfile", At("pid"), "--host", Host, "--storage-driver", "vfs"])
            {
                RedirectStandardError = true,
            },
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                // The last lines say why.
                _listens.TrySetException(new InvalidOperationException(string.Join(' ', said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(2))));
            }
            else if (line.Data.Contains("API listen on", StringComparison.Ordinal))
            {
                _listens.TrySetResult();
            }
            else
            {
                said.AppendLine(line.Data);
            }
        };
        _process.Start();
        _process.BeginErrorReadLine();
    }

    /// <summary>The daemon's address, as DOCKER_HOST has it.</summary>
    public string Host => $"unix://{At("docker.sock")}";

    /// <summary>Starts the daemon; skips the test where it cannot run.</summary>
    public static async Task<DockerDaemon> StartAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "dockerd runs as root on Linux only.");
        var daemon = new DockerDaemon(Programs.Require("dockerd"), Programs.Require("docker"));
        try
        {
            await daemon._listens.Task;
            return daemon;
        }
        catch (InvalidOperationException error)
        {
            await daemon.DisposeAsync();
            Assert.Skip($"dockerd cannot run on this machine. {error.Message}");
            throw;
        }
    }

    /// <summary>Runs the docker command against the daemon.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(_docker, ["--host", Host, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"docker {string.Join(' ', arguments)}: {await error}");
        return output;
    }

    /// <summary>Writes a program that is docker with this daemon.</summary>
    public void WriteProgram(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, $"#!/bin/sh\nexec {_docker} --host {Host} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Makes an image of the files of a directory.</summary>
    public async Task ImportAsync(string directory, string name, string entrypoint)
    {
        var tar = At("import.tar");
        System.Formats.Tar.TarFile.CreateFromDirectory(directory, tar, includeBaseDirectory: false);
        await RunAsync("import", "--change", $"ENTRYPOINT {entrypoint}", tar, name);
        File.Delete(tar);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // It ends its containers and unmounts what it mounted when it is asked to end, by its id.
            using var kill = Process.Start("/bin/kill", [$"{_process.Id}"]);
            await kill.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string At(string name) => Path.Combine(_directory, name);
}
