<#
.SYNOPSIS
Installs Atmosphere for this user on Windows.

.DESCRIPTION
  irm https://github.com/atmosphere/atmosphere/releases/latest/download/install.ps1 | iex

With parameters, from a file: .\install.ps1 -Version 1.2.3 -Dir D:\tools -NoModifyPath

Runs in Windows PowerShell 5.1 and in PowerShell 7. Everything is in functions and the last line
runs them, so that a download which was cut short does nothing. Needs no administrator; asks
nothing; removes nothing of yours. $env:ATMOSPHERE_RELEASES_URL names a mirror of the releases.

.PARAMETER Version
Install this version (default the latest).

.PARAMETER Dir
Folder of the executable (default %LOCALAPPDATA%\Programs\atmosphere).

.PARAMETER NoModifyPath
Leave the user's PATH alone.

.PARAMETER Offline
Install from this archive; checksums.txt must lie beside it.

.PARAMETER DryRun
Say what would be done and do nothing.

.PARAMETER Uninstall
Remove the executable, what it unpacked, and its entry in the PATH; data stays.
#>
[CmdletBinding()]
param(
  [string] $Version = 'latest',
  [string] $Dir = '',
  [switch] $NoModifyPath,
  [string] $Offline = '',
  [switch] $DryRun,
  [switch] $Uninstall
)

# Thrown, not exited with: in "irm | iex" an exit would close the user's own window.
function Stop-Installation([string] $Message) {
  throw "install.ps1: $Message"
}

function Get-TargetName {
  if ($PSVersionTable.PSEdition -eq 'Core' -and -not $IsWindows) {
    Stop-Installation 'this script is for Windows: use install.sh'
  }
  # A 32-bit PowerShell tells of the machine in the second variable.
  $machine = $env:PROCESSOR_ARCHITEW6432
  if (-not $machine) { $machine = $env:PROCESSOR_ARCHITECTURE }
  if ($machine -eq 'AMD64') { return 'x86_64-pc-windows-msvc' }
  if ($machine -eq 'ARM64' -and [Environment]::OSVersion.Version.Build -ge 22000) {
    Write-Host 'There is no executable for ARM64 yet: Windows will run the one for x86_64'
    return 'x86_64-pc-windows-msvc'
  }
  Stop-Installation "there is no executable for Windows on $machine, only for x86_64"
}

function Save-Download([string] $Url, [string] $File) {
  $address = [uri] $Url
  if ($address.Scheme -ne 'https' -and -not $address.IsLoopback) {
    Stop-Installation "refusing to download over an unprotected connection: $Url"
  }
  if ($PSVersionTable.PSEdition -ne 'Core') {
    # Old systems offer less by default than the releases' server takes.
    $protocols = [Net.ServicePointManager]::SecurityProtocol
    [Net.ServicePointManager]::SecurityProtocol = $protocols -bor [Net.SecurityProtocolType]::Tls12
  }
  $wait = @{ TimeoutSec = 600 }
  $stall = 30
  if ($env:ATMOSPHERE_STALL_SECONDS) { $stall = [int] $env:ATMOSPHERE_STALL_SECONDS }
  if ((Get-Command Invoke-WebRequest).Parameters.ContainsKey('OperationTimeoutSeconds')) {
    $wait = @{ ConnectionTimeoutSeconds = $stall; OperationTimeoutSeconds = $stall }
  }
  # The bar of Windows PowerShell takes longer than the download.
  $ProgressPreference = 'SilentlyContinue'
  try {
    Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $File -MaximumRedirection 5 @wait
  } catch {
    Stop-Installation "downloading $Url failed: $($_.Exception.Message)"
  }
}

# Anything but one matching line refuses the file.
function Confirm-Checksum([string] $File, [string] $Name, [string] $Checksums) {
  $sums = @(Get-Content -LiteralPath $Checksums | ForEach-Object {
      if ($_ -cmatch '^([0-9a-f]{64}) [ *](.+)$' -and $Matches[2] -ceq $Name) { $Matches[1] }
    })
  if ($sums.Count -ne 1) { Stop-Installation "checksums.txt has no one checksum of $Name" }
  $got = (Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash.ToLowerInvariant()
  if ($got -cne $sums[0]) {
    Stop-Installation "the checksum of $Name is $got instead of $($sums[0]): nothing was installed"
  }
}

function Expand-Executable([string] $Archive, [string] $Folder) {
  # Another tar on the PATH may take C: for the name of a machine.
  $tar = Join-Path $env:SystemRoot 'System32\tar.exe'
  if (-not (Test-Path -LiteralPath $tar)) {
    Stop-Installation 'Windows 10 of 1803 or later is needed: tar.exe is missing'
  }
  & $tar -xf $Archive -C $Folder
  if ($LASTEXITCODE -ne 0) { Stop-Installation "unpacking $Archive failed" }
  $found = Join-Path $Folder 'atmosphere.exe'
  if (-not (Test-Path -LiteralPath $found -PathType Leaf)) {
    Stop-Installation "$Archive holds no executable"
  }
  return $found
}

# The value as it is stored, with names such as %USERPROFILE% in it.
function Get-UserPath {
  $key = Get-Item -LiteralPath 'HKCU:\Environment'
  return [string] $key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
}

function Set-UserPath([string] $Value) {
  Set-ItemProperty -LiteralPath 'HKCU:\Environment' -Name Path -Value $Value -Type ExpandString
  # Tells running programs that the environment changed; the variable itself does not exist.
  [Environment]::SetEnvironmentVariable('ATMOSPHERE_PATH_CHANGED', $null, 'User')
}

function Add-ToPath([string] $Folder, [bool] $MayModify) {
  $entries = @($env:Path -split ';' | ForEach-Object { $_.TrimEnd('\') })
  if ($entries -contains $Folder) { return }
  if (-not $MayModify) {
    Write-Host "$Folder is not on your PATH"
    return
  }
  $stored = Get-UserPath
  if (@($stored -split ';') -notcontains $Folder) {
    Set-UserPath ((@($Folder) + @($stored -split ';' | Where-Object { $_ })) -join ';')
  }
  $env:Path = "$Folder;$env:Path"
  Write-Host "Added $Folder to your PATH: other windows see it when they are opened anew"
}

function Remove-Installation([string] $Folder, [bool] $IsDryRun) {
  $executable = Join-Path $Folder 'atmosphere.exe'
  # Where the executable unpacks its engines and its model; a folder that the user named stays.
  $cache = Join-Path $env:LOCALAPPDATA 'atmosphere'
  if ($IsDryRun) {
    Write-Host "Would remove $executable, $cache, and the entry in your PATH"
    return
  }
  if (-not (Test-Path -LiteralPath $executable)) {
    Stop-Installation "there is no $executable to remove"
  }
  foreach ($name in 'atmosphere.exe', 'atmosphere.previous.exe') {
    $file = Join-Path $Folder $name
    if (Test-Path -LiteralPath $file) { Remove-Item -LiteralPath $file -Force }
  }
  if (Test-Path -LiteralPath $cache) { Remove-Item -LiteralPath $cache -Recurse -Force }
  $stored = @((Get-UserPath) -split ';')
  if ($stored -contains $Folder) {
    Set-UserPath (@($stored | Where-Object { $_ -and $_ -ne $Folder }) -join ';')
  }
  $data = $env:ATMOSPHERE_DATA_DIR
  if (-not $data) { $data = Join-Path $env:USERPROFILE '.atmosphere' }
  Write-Host "Removed $executable; your data in $data is still there"
}

# A running executable can't be overwritten, but it can be moved aside.
function Move-IntoPlace([string] $Staged, [string] $Executable) {
  $aside = Join-Path (Split-Path -Parent $Executable) 'atmosphere.previous.exe'
  $isThere = Test-Path -LiteralPath $Executable -PathType Leaf
  if ($isThere) {
    if (Test-Path -LiteralPath $aside) { Remove-Item -LiteralPath $aside -Force }
    [IO.File]::Move($Executable, $aside)
  }
  try {
    [IO.File]::Move($Staged, $Executable)
  } catch {
    if ($isThere) { [IO.File]::Move($aside, $Executable) }
    throw
  }
}

function Install-Executable([hashtable] $Wanted) {
  $target = Get-TargetName
  $archive = "atmosphere-$target.tar.gz"
  $releases = $env:ATMOSPHERE_RELEASES_URL
  if (-not $releases) { $releases = 'https://github.com/atmosphere/atmosphere/releases' }
  $base = "$releases/latest/download"
  if ($Wanted.Version -ne 'latest') { $base = "$releases/download/v$($Wanted.Version)" }
  $executable = Join-Path $Wanted.Dir 'atmosphere.exe'
  $source = "$base/$archive"
  if ($Wanted.Offline) { $source = $Wanted.Offline }
  if ($Wanted.DryRun) {
    Write-Host "Would install $source as $executable"
    return
  }
  $work = Join-Path ([IO.Path]::GetTempPath()) "atmosphere-$([guid]::NewGuid().ToString('N'))"
  $staged = Join-Path $Wanted.Dir ".atmosphere.$PID.exe"
  try {
    $null = New-Item -ItemType Directory -Path $work
    if ($Wanted.Offline) {
      if (-not (Test-Path -LiteralPath $source -PathType Leaf)) {
        Stop-Installation "there is no file $source"
      }
      $packed = (Get-Item -LiteralPath $source).FullName
      $sums = Join-Path (Split-Path -Parent $packed) 'checksums.txt'
      if (-not (Test-Path -LiteralPath $sums)) {
        Stop-Installation "there is no checksums.txt beside $source to check it by"
      }
      Confirm-Checksum $packed (Split-Path -Leaf $packed) $sums
    } else {
      $packed = Join-Path $work $archive
      $sums = Join-Path $work 'checksums.txt'
      Save-Download "$base/checksums.txt" $sums
      Save-Download $source $packed
      Confirm-Checksum $packed $archive $sums
    }
    $unpacked = Expand-Executable $packed $work
    $null = New-Item -ItemType Directory -Force -Path $Wanted.Dir
    # Beside its place, so that the last step is one rename: there is never half an executable.
    Copy-Item -LiteralPath $unpacked -Destination $staged
    $printed = & $staged --version
    if ($LASTEXITCODE -ne 0) {
      Stop-Installation 'the new executable does not run here: nothing was installed'
    }
    Move-IntoPlace $staged $executable
    Write-Host "Installed $printed as $executable"
  } finally {
    foreach ($path in $work, $staged) {
      if (Test-Path -LiteralPath $path) { Remove-Item -LiteralPath $path -Recurse -Force }
    }
  }
  Add-ToPath $Wanted.Dir (-not $Wanted.NoModifyPath)
  Write-Host 'Next: atmosphere init'
}

function Invoke-Installer([hashtable] $Wanted) {
  $ErrorActionPreference = 'Stop'
  Set-StrictMode -Version 2.0
  $Wanted.Version = $Wanted.Version -replace '^v', ''
  if ($Wanted.Version -notmatch '^[0-9A-Za-z][0-9A-Za-z.+-]*$') {
    Stop-Installation "`"$($Wanted.Version)`" is no version"
  }
  if (-not $Wanted.Dir) { $Wanted.Dir = Join-Path $env:LOCALAPPDATA 'Programs\atmosphere' }
  # A folder named from here stays the same one whatever happens next.
  $resolver = $ExecutionContext.SessionState.Path
  $Wanted.Dir = $resolver.GetUnresolvedProviderPathFromPSPath($Wanted.Dir).TrimEnd('\')
  if ($Wanted.Uninstall) {
    Remove-Installation $Wanted.Dir ([bool] $Wanted.DryRun)
  } else {
    Install-Executable $Wanted
  }
}

Invoke-Installer @{
  Version = $Version; Dir = $Dir; NoModifyPath = $NoModifyPath; Offline = $Offline
  DryRun = $DryRun; Uninstall = $Uninstall
}
