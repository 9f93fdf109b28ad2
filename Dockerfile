FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/numberadmin.sqlite3 STATIC_ROOT=/app/staticfiles
WORKDIR /app
RUN useradd --system --uid 10001 numberadmin && install -d -o numberadmin /data
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py gunicorn.conf.py ./
COPY numberadmin numberadmin
COPY shop shop
COPY inventory inventory
COPY templates templates
COPY static static
RUN SECRET_KEY=only-for-this-step-of-the-build-and-kept-nowhere DATABASE_URL=sqlite:////tmp/unused.sqlite3 python manage.py collectstatic --noinput
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["sh", "-c", "python manage.py migrate && exec gunicorn numberadmin.wsgi --bind 0.0.0.0:8000"]
