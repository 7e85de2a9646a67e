#!/usr/bin/env python3
"""https.py: a git server over https and a proxy for the suite, both on loopback.

    https.py serve PORT CERT KEY ROOT LOG     git-http-backend; below /secret/ a password is wanted; /moved/ redirects;
                                              /hang/ never answers; /flood/ never stops
    https.py proxy PORT LOG                   CONNECT, with what was asked for in LOG
"""
import base64
import http.server
import os
import select
import socket
import socketserver
import ssl
import subprocess
import sys
import time
import urllib.parse


class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        pass


class Git(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root = log = None

    def log_message(self, *args):
        with open(self.log, "a", encoding="utf-8") as f:
            f.write("%s %s\n" % (self.command, self.path))

    def end(self, code, headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def special(self, path):
        if path.startswith("/moved/"):
            self.end(302, [("Location", self.path.replace("/moved/", "/"))])
        elif path.startswith("/away/"):
            self.end(302, [("Location", "https://127.0.0.1:4433" + self.path.replace("/away/", "/"))])
        elif path.startswith("/hang/"):
            time.sleep(600)
        elif path.startswith("/flood/"):
            self.send_response(200)
            self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        elif path.startswith("/secret/") and self.headers.get("Authorization") != "Basic " + base64.b64encode(
                b"reader:only-for-the-helper").decode():
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.end(401, [("WWW-Authenticate", 'Basic realm="catalogue"')])
        else:
            return False
        return True

    def serve(self):
        parts = urllib.parse.urlsplit(self.path)
        if self.special(parts.path):
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = dict(os.environ, GIT_PROJECT_ROOT=self.root, GIT_HTTP_EXPORT_ALL="1", REQUEST_METHOD=self.command,
                   PATH_INFO=parts.path.replace("/secret/", "/"), QUERY_STRING=parts.query,
                   CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(len(body)))
        out = subprocess.run(["git", "http-backend"], input=body, env=env, stdout=subprocess.PIPE, check=False).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(v.split()[0]) for k, v in fields if k == "Status"), 200)
        self.send_response(status)
        for name, value in fields:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    do_GET = do_POST = serve


class Proxy(http.server.BaseHTTPRequestHandler):
    log = None

    def log_message(self, *args):
        with open(self.log, "a", encoding="utf-8") as f:
            f.write("%s %s\n" % (self.command, self.path))

    def do_CONNECT(self):
        host, port = self.path.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            pair = [self.connection, far]
            while True:
                for ready in select.select(pair, [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    pair[ready is self.connection].sendall(data)


def main():
    if sys.argv[1] == "serve":
        port, cert, key, Git.root, Git.log = sys.argv[2:]
        server = Threads(("127.0.0.1", int(port)), Git)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    else:
        port, Proxy.log = sys.argv[2:]
        server = Threads(("127.0.0.1", int(port)), Proxy)
    server.serve_forever()


main()
