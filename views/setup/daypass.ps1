# Credentials from Daypass at {{baseUrl}}, as the AWS CLI and SDKs take them from a credential_process:
#   powershell -File daypass.ps1 ROLE
# The token stands in daypass-token beside this file; it and the credentials that are kept in daypass-cache until
# five minutes before they expire are encrypted for this user of this machine.
param([Parameter(Mandatory = $true)][ValidatePattern('^[a-z0-9-]{1,63}$')][string] $Role)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12

$tokenFile = Join-Path $PSScriptRoot 'daypass-token'
$cacheFile = Join-Path $PSScriptRoot "daypass-cache\$Role"

function Read-Secret([string] $File) {
  $secret = (Get-Content -Raw $File).Trim() | ConvertTo-SecureString
  [Net.NetworkCredential]::new('', $secret).Password
}

function Stop-With([string] $Message) {
  [Console]::Error.WriteLine("daypass: $Message")
  exit 1
}

# The kept credentials if they are younger than the token and live for this many seconds yet.
function Read-Cache([int] $Seconds) {
  if (-not (Test-Path $cacheFile)) { return }
  if ((Get-Item $cacheFile).LastWriteTimeUtc -le (Get-Item $tokenFile).LastWriteTimeUtc) { return }
  $text = Read-Secret $cacheFile
  if ($text -notmatch '"Expiration":"([0-9T:-]+)') { return }
  if ($Matches[1] -gt [DateTime]::UtcNow.AddSeconds($Seconds).ToString('yyyy-MM-ddTHH:mm:ss')) { $text }
}

if (-not (Test-Path $tokenFile)) { Stop-With "there is no token in $tokenFile; make one at {{baseUrl}}/tokens/new" }
$kept = Read-Cache 300
if ($kept) { $kept; exit 0 }

$request = @{
  Method = 'POST'
  Uri = "{{baseUrl}}/api/v1/roles/$Role/credentials"
  Headers = @{
    Authorization = "Bearer $(Read-Secret $tokenFile)"
    Accept = 'application/vnd.daypass.credential-process+json'
  }
  TimeoutSec = 30
  UseBasicParsing = $true
}
try {
  $content = (Invoke-WebRequest @request).Content
} catch {
  $failure = $_.Exception.Message
  $status = 0
  if ($_.Exception.PSObject.Properties['Response'] -and $_.Exception.Response) { $status = [int] $_.Exception.Response.StatusCode }
  if ($status -ge 400 -and $status -lt 500 -and $status -ne 429) {
    Remove-Item $cacheFile -ErrorAction SilentlyContinue
  } else {
    $kept = Read-Cache 30
    if ($kept) { $kept; exit 0 }
  }
  Stop-With "no credentials for ${Role}: $failure; see {{baseUrl}}/roles/$Role"
}
# Windows PowerShell gives the body of a media type that it does not know as bytes.
if ($content -is [byte[]]) { $content = [Text.Encoding]::UTF8.GetString($content) }
$text = $content.Trim()
New-Item -ItemType Directory -Force (Split-Path $cacheFile) | Out-Null
ConvertTo-SecureString $text -AsPlainText -Force | ConvertFrom-SecureString | Set-Content $cacheFile
$text
